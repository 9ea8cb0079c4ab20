"""Runs one of Swift's servers from a folder of settings: swift_server.py KIND FOLDER."""
import lifeline  # noqa: F401
import os
import sys

from swift.common import utils

kind, folder = sys.argv[1:3]
# swift.conf is looked for in /etc/swift, whatever a server's own settings say
utils.set_swift_dir(folder)

from swift.common.storage_policy import reload_storage_policies  # noqa: E402
from swift.common.wsgi import run_wsgi  # noqa: E402

reload_storage_policies()
options = {}
if kind == 'object':
    from swift.obj.server import global_conf_callback
    options['global_conf_callback'] = global_conf_callback
sys.exit(run_wsgi(os.path.join(folder, kind + '-server.conf'), kind + '-server', **options))
