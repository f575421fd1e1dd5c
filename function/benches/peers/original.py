"""The same job in Python, as such functions are commonly written: urllib and boto3. Measured by the benchmark.

It asks one target, reads the kept state, compares, keeps the new one, and tells about a change. With KEEP_TLS_CONTEXT
set, it makes its TLS context once rather than for each request, which is what urllib does by itself.
"""

import json
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3

URL = os.environ["CHECK_URL"]
CA_FILE = os.environ["CA_FILE"]
PARAMETER = os.environ["STATUS_PARAM"]
PUSHOVER_URL = os.environ["PUSHOVER_URL"]

ssm = boto3.client("ssm")


def new_context():
    """The public authorities, as urllib takes them, and the private one."""
    context = ssl.create_default_context()
    context.load_verify_locations(CA_FILE)
    return context


KEPT = new_context() if os.environ.get("KEEP_TLS_CONTEXT") else None


def look():
    try:
        with urllib.request.urlopen(URL, timeout=8, context=KEPT or new_context()) as answer:
            body = answer.read().decode("utf-8", "replace")
            return "up" if answer.status == 200 and "machineIdentifier=" in body else "down"
    except (urllib.error.URLError, OSError):
        return "down"


def recall():
    try:
        return json.loads(ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]).get("status")
    except ssm.exceptions.ParameterNotFound:
        return None


def tell(status):
    form = {"token": os.environ["PUSHOVER_TOKEN"], "user": os.environ["PUSHOVER_USER"], "message": f"Plex is {status}"}
    urllib.request.urlopen(PUSHOVER_URL, data=urllib.parse.urlencode(form).encode(), timeout=8).close()


def handler(event, context):
    current = look()
    previous = recall()
    kept = json.dumps({"status": current, "ts": int(time.time())})
    ssm.put_parameter(Name=PARAMETER, Value=kept, Type="String", Overwrite=True)
    if previous is not None and previous != current:
        tell(current)
    reply = {"previous": previous, "current": current}
    print(json.dumps(reply))
    return reply
