"""Writes the settings of Keystone and of Swift's servers, and Swift's rings.

    prepare.py FOLDER REGION SERVICE_PASSWORD keystone=PORT proxy=PORT account=PORT ...
"""
import base64
import os
import sys

from swift.common.ring import RingBuilder

folder, region, password = sys.argv[1:4]
ports = dict(argument.split('=') for argument in sys.argv[4:])
keystone = 'http://127.0.0.1:' + ports['keystone']

SERVICE_USER = '''\
auth_type = password
username = swift
password = %s
user_domain_id = default
project_name = service
project_domain_id = default
''' % password

# The order of filters is what Swift's manual wants.
FILTERS = ('catch_errors gatekeeper healthcheck listing_formats authtoken s3api s3token '
           'keystoneauth copy container_quotas account_quotas slo dlo').split()

FILTER_SETTINGS = {
    # delay_auth_decision: requests of S3 bring no token, and must come through to the next filter;
    # a good token is answered by 401 while Keystone is out. No cache: revoked is revoked at once.
    'authtoken': '''\
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
auth_url = %s
www_authenticate_uri = %s
delay_auth_decision = true
include_service_catalog = false
token_cache_time = -1
http_request_max_retries = 1
http_connect_timeout = 5
''' % (keystone, keystone) + SERVICE_USER,
    's3api': '''\
location = %s
s3_acl = false
''' % region,
    # Keystone does not say to strangers whose a signature is: the same service user asks.
    's3token': '''\
auth_uri = %s/v3
auth_url = %s/v3
reseller_prefix = AUTH_
''' % (keystone, keystone) + SERVICE_USER,
    'keystoneauth': '''\
operator_roles = admin, member
reseller_admin_role = ResellerAdmin
''',
}


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)


def server(kind, pipeline, rest):
    write(kind + '-server.conf', '''\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = %s
workers = 0
user = root
swift_dir = %s
devices = %s/data
mount_check = false
fallocate_reserve = 0
[pipeline:main]
pipeline = %s %s-server
[app:%s-server]
use = egg:swift#%s
''' % (ports[kind], folder, folder, pipeline, kind, kind, kind) + rest)


def settings_of(name):
    settings = FILTER_SETTINGS.get(name, '')
    if 'paste.filter_factory' not in settings:
        settings = 'use = egg:swift#%s\n' % name + settings
    return '[filter:%s]\n' % name + settings


write('swift.conf', '''\
[swift-hash]
swift_hash_path_suffix = tests
[storage-policy:0]
name = only
default = yes
[swift-constraints]
max_header_size = 16384
''')
os.makedirs(folder + '/data/disk', exist_ok=True)
for kind in ('account', 'container', 'object'):
    server(kind, 'healthcheck', settings_of('healthcheck'))
    ring = RingBuilder(4, 1, 0)
    ring.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1.0, 'device': 'disk', 'meta': '',
                  'ip': '127.0.0.1', 'port': int(ports[kind]),
                  'replication_ip': '127.0.0.1', 'replication_port': int(ports[kind])})
    ring.rebalance(seed=1)
    ring.get_ring().save('%s/%s.ring.gz' % (folder, kind))
# There is one disk: without the two limits the proxy would leave it alone for a minute after errors
server('proxy', ' '.join(FILTERS), '''\
account_autocreate = true
conn_timeout = 1
node_timeout = 10
error_suppression_interval = 0
error_suppression_limit = 1000000000
''' + ''.join(settings_of(name) for name in FILTERS))

# The cache is for speed: without it each look at a token is hundreds of queries. Pickled, because
# Keystone changes what it gets from a cache.
write('keystone.conf', '''\
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///%(folder)s/keystone.db
[cache]
enabled = true
backend = dogpile.cache.memory_pickle
[token]
provider = fernet
allow_expired_window = 0
[fernet_tokens]
key_repository = %(folder)s/token-keys
[fernet_receipts]
key_repository = %(folder)s/token-keys
[credential]
key_repository = %(folder)s/credential-keys
[identity]
password_hash_rounds = 4
''' % {'folder': folder})
for name in ('token-keys/0', 'token-keys/1', 'credential-keys/0', 'credential-keys/1'):
    write(name, base64.urlsafe_b64encode(os.urandom(32)).decode())
