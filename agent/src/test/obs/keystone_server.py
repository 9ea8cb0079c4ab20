"""Runs Keystone, with the older protocol that some clouds speak beside it.

    keystone_server.py FOLDER PORT REGION ADMIN_PASSWORD

One thread serves one connection after the other and closes it: Keystone on SQLite bears no more,
and Swift's pool of connections must not find dead ones. The file FOLDER/token-seconds, if there is
one, says how long new tokens live.
"""
import lifeline  # noqa: F401
import io
import json
import os
import re
import socketserver
import sqlite3
import sys
from wsgiref import simple_server

folder, port, region, admin_password = sys.argv[1:5]
del sys.argv[1:]  # Keystone would read them
os.environ['OS_KEYSTONE_CONFIG_FILES'] = folder + '/keystone.conf'

from keystone.cmd.bootstrap import Bootstrapper  # noqa: E402
from keystone.common import sql  # noqa: E402
import keystone.conf  # noqa: E402
from keystone.server.wsgi import initialize_public_application  # noqa: E402

URL = 'http://127.0.0.1:%s/v3' % port
ROOT = '<<keystone.domain.root>>'
ACCESS_KEYS = re.compile('/v2.0(/users/[^/]+/credentials/OS-EC2(/.*)?)$')


def make_database():
    """The tables as the models want them: the way through all old versions takes half a minute.

    With a log of its own SQLite lets one write while another has not ended its reading.
    """
    sqlite3.connect(folder + '/keystone.db').execute('PRAGMA journal_mode=WAL').close()
    with sql.session_for_write() as session:
        sql.ModelBase.metadata.create_all(session.get_bind())
        project = sql.ModelBase.metadata.tables['project']
        session.execute(project.insert().values(
            id=ROOT, name=ROOT, domain_id=ROOT, enabled=False, is_domain=True, extra='{}'))
    # not by its constructor, which would load once more what the application has loaded
    first = Bootstrapper.__new__(Bootstrapper)
    vars(first).update(
        admin_username='admin', admin_password=admin_password, project_name='admin',
        reader_role_name='reader', member_role_name='member', admin_role_name='admin',
        immutable_roles=False, region_id=region, service_name='keystone', endpoints={},
        public_url=URL, internal_url=URL, admin_url=URL)
    first.bootstrap()


def call(application, environ, body):
    answer = {}

    def start_response(status, headers, failure=None):
        answer.update(status=status, headers=headers)

    inner = dict(environ, PATH_INFO='/v3/auth/tokens', QUERY_STRING='',
                 CONTENT_LENGTH=str(len(body)))
    inner['wsgi.input'] = io.BytesIO(body)
    parts = application(inner, start_response)
    try:
        answer['body'] = b''.join(parts)
    finally:
        if hasattr(parts, 'close'):
            parts.close()
    return answer


def respond(start_response, status, body, headers=()):
    start_response(status, [('Content-Type', 'application/json'),
                            ('Content-Length', str(len(body)))] + list(headers))
    return [body]


def newer_request(auth):
    user = auth['passwordCredentials']
    request = {'identity': {'methods': ['password'], 'password': {'user': {
        'name': user['username'], 'domain': {'id': 'default'}, 'password': user['password']}}}}
    if auth.get('tenantId'):
        request['scope'] = {'project': {'id': auth['tenantId']}}
    return {'auth': request}


def older_answer(token, text):
    access = {'id': text, 'issued_at': token['issued_at'].rstrip('Z'),
              'expires': token['expires_at'].split('.')[0] + 'Z'}
    if 'project' in token:
        access['tenant'] = {'id': token['project']['id'], 'name': token['project']['name']}
    user = {'id': token['user']['id'], 'name': token['user']['name'],
            'roles': [{'name': role['name']} for role in token.get('roles', [])]}
    return {'access': {'token': access, 'user': user, 'serviceCatalog': []}}


def older_token(application, environ, start_response):
    try:
        size = int(environ.get('CONTENT_LENGTH') or 0)
        request = newer_request(json.loads(environ['wsgi.input'].read(size))['auth'])
    except (KeyError, TypeError, ValueError):
        return respond(start_response, '400 Bad Request', b'{}')
    answer = call(application, environ, json.dumps(request).encode())
    if not answer['status'].startswith('201'):
        return respond(start_response, answer['status'], answer['body'])
    text = dict((name.lower(), value) for name, value in answer['headers'])['x-subject-token']
    body = older_answer(json.loads(answer['body'])['token'], text)
    return respond(start_response, '200 OK', json.dumps(body).encode())


def follow_settings():
    try:
        with open(folder + '/token-seconds') as file:
            seconds = int(file.read())
    except FileNotFoundError:
        seconds = 3600
    keystone.conf.CONF.set_override('expiration', seconds, group='token')


class Answer(simple_server.ServerHandler):
    def cleanup_headers(self):
        super().cleanup_headers()
        self.headers['Connection'] = 'close'


class Server(simple_server.WSGIServer):
    request_queue_size = 128

    def server_bind(self):
        # without asking a name service who 127.0.0.1 is
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()


class Handler(simple_server.WSGIRequestHandler):
    timeout = 60

    def address_string(self):
        return self.client_address[0]


def main():
    simple_server.ServerHandler = Answer
    keystones = initialize_public_application()
    if not os.path.exists(folder + '/ready'):
        make_database()
        open(folder + '/ready', 'w').close()

    def application(environ, start_response):
        follow_settings()
        path = environ['PATH_INFO']
        if path == '/v2.0/tokens' and environ['REQUEST_METHOD'] == 'POST':
            return older_token(keystones, environ, start_response)
        older = ACCESS_KEYS.match(path)
        if older:
            environ['PATH_INFO'] = '/v3' + older.group(1)
        return keystones(environ, start_response)

    server = Server(('127.0.0.1', int(port)), Handler)
    server.set_app(application)
    server.serve_forever()


main()
