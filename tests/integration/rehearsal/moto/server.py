"""moto 5.2.1 as an AWS account for a whole program: nearer to AWS where the program would notice (the files beside this
one), one request at a time, because moto's models are not made for threads, and with an inventory of the account.

    python server.py LOG

Listens on a free port of the loopback interface, and prints its address to stderr. LOG takes a line for each request.
"""

import io
import json
import os
import re
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

import autoscaling  # noqa: E402, F401
import ec2  # noqa: E402, F401
import ecr  # noqa: E402, F401
import ecs  # noqa: E402, F401
import iam  # noqa: E402, F401
import logs  # noqa: E402, F401
import nat_gateways  # noqa: E402, F401
import others  # noqa: E402, F401
import tagging  # noqa: E402, F401
import xray  # noqa: E402, F401
from inventory import inventory  # noqa: E402
from refusals import refusal_of, refuse_from_now_on  # noqa: E402
from watch import look_at_services, told  # noqa: E402

log = open(sys.argv[1], "a", buffering=1, encoding="utf8")
moto = DomainDispatcherApplication(create_backend_app)
one_at_a_time = threading.Lock()


# The answers that were given, by the id of the SDK's call, which is the same when it is repeated.
given = {}


class Hold:
    """A call that is carried out while its answer, and everything after it, waits: `pattern` says which."""

    pattern = None
    over = threading.Event()


class Quiet(WSGIRequestHandler):
    def log(self, kind, message, *args):
        log.write(f"{self.log_date_time_string()} {message % args}\n")


def application(environ, start_response):
    if environ["PATH_INFO"] == "/rehearsal/release":
        Hold.pattern = None
        Hold.over.set()
        start_response("204 No Content", [])
        return []
    with one_at_a_time:
        try:
            if environ["PATH_INFO"] == "/rehearsal/inventory":
                start_response("200 OK", [("Content-Type", "application/json")])
                return [json.dumps(inventory()).encode()]
            if environ["PATH_INFO"] == "/rehearsal/interruptions":
                start_response("200 OK", [("Content-Type", "application/json")])
                return [json.dumps(told()).encode()]
            if environ["PATH_INFO"] == "/rehearsal/hold":
                Hold.pattern = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
                Hold.over.clear()
                start_response("204 No Content", [])
                return []
            if environ["PATH_INFO"] == "/rehearsal/refuse":
                rules = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
                start_response("200 OK", [("Content-Type", "application/json")])
                return [json.dumps(refuse_from_now_on(rules)).encode()]
            return answer_once(environ, start_response)
        except Exception:
            log.write(traceback.format_exc())
            raise


def answer_once(environ, start_response):
    """Answers a call which the SDK repeats as at first: on a busy machine a connection may break after the work is done,
    and to lose answers is not what is rehearsed."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    action = environ.get("HTTP_X_AMZ_TARGET") or "".join(re.findall(r"\bAction=(\w+)", body.decode(errors="ignore"))[:1])
    log.write(f"  {action} {environ.get('HTTP_AMZ_SDK_REQUEST', '')}\n")
    call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
    if call in given:
        head, parts = given[call]
        start_response(*head)
        return parts
    refusal = refusal_of(environ, body)
    if refusal:
        status, headers, text = refusal
        start_response(status, headers)
        return [text]
    head = []
    parts = list(moto(environ, lambda *args: head.extend(args[:2])))
    look_at_services(action)
    if call and head[0] < "400":
        given[call] = (head, parts)
    if Hold.pattern and re.search(Hold.pattern, action):
        Hold.pattern = None
        log.write("  held\n")
        Hold.over.wait()
    start_response(*head)
    return parts


server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
for stop in (signal.SIGINT, signal.SIGTERM):
    signal.signal(stop, lambda *_: os._exit(0))
print(f"http://127.0.0.1:{server.port}", file=sys.stderr, flush=True)
server.serve_forever()
