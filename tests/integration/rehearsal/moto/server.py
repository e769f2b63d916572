"""moto 5.2.1 as an AWS account for a whole program: nearer to AWS where the program would notice (the files beside this
one), one request at a time, because moto's models are not made for threads, and with an inventory of the account.

    python server.py LOG

Listens on a free port of the loopback interface, and prints its address to stderr. LOG takes a line for each request.
"""

import json
import os
import signal
import sys
import threading
import traceback

# Roles get AWS's managed policies by their ARN. moto reads this as it is loaded.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
# A tag filter must not reach this machine's own AWS configuration.
for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
    os.environ.pop(name, None)

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

import ec2  # noqa: E402, F401
import ecr  # noqa: E402, F401
import ecs  # noqa: E402, F401
import nat_gateways  # noqa: E402, F401
import others  # noqa: E402, F401
import xray  # noqa: E402, F401
from inventory import inventory  # noqa: E402

log = open(sys.argv[1], "a", buffering=1, encoding="utf8")
moto = DomainDispatcherApplication(create_backend_app)
one_at_a_time = threading.Lock()


class Quiet(WSGIRequestHandler):
    def log(self, kind, message, *args):
        log.write(f"{self.log_date_time_string()} {message % args}\n")


def application(environ, start_response):
    with one_at_a_time:
        try:
            if environ["PATH_INFO"] == "/rehearsal/inventory":
                start_response("200 OK", [("Content-Type", "application/json")])
                return [json.dumps(inventory()).encode()]
            action = environ.get("HTTP_X_AMZ_TARGET")
            if action:
                log.write(f"  {action}\n")
            return list(moto(environ, start_response))
        except Exception:
            log.write(traceback.format_exc())
            raise


server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
for stop in (signal.SIGINT, signal.SIGTERM):
    signal.signal(stop, lambda *_: os._exit(0))
print(f"http://127.0.0.1:{server.port}", file=sys.stderr, flush=True)
server.serve_forever()
