"""Another AWS client: takes a call per line of stdin, as JSON, and answers in a line of stdout."""

import base64
import json
import sys
import urllib.request

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

session = botocore.session.Session()
clients = {}


def client(endpoint, caller, region, service):
    key = (endpoint, caller["key"], region, service)
    if key not in clients:
        clients[key] = session.create_client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id=caller["key"],
            aws_secret_access_key=caller["secret"],
            aws_session_token=caller["token"],
            config=Config(retries={"total_max_attempts": 1}),
        )
    return clients[key]


def decoded(value):
    """Bytes come as {"base64": "..."}."""
    if isinstance(value, dict):
        if set(value) == {"base64"}:
            return base64.b64decode(value["base64"])
        return {key: decoded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [decoded(inner) for inner in value]
    return value


def plain(value):
    return value.read().decode() if hasattr(value, "read") else str(value)


def answer(call):
    if call["service"] == "http":
        with urllib.request.urlopen(call["parameters"]["url"], timeout=30) as reply:
            return {"reply": {"base64": base64.b64encode(reply.read()).decode()}}
    target = client(call["endpoint"], call["caller"], call["region"], call["service"])
    try:
        reply = getattr(target, call["operation"])(**decoded(call["parameters"]))
    except ClientError as error:
        return {"refused": error.response["Error"]["Code"] + ": " + str(error)}
    reply.pop("ResponseMetadata", None)
    return {"reply": reply}


for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except Exception as error:  # A wrong call is the test's fault; it wants to know.
        result = {"failed": repr(error)}
    print(json.dumps(result, default=plain), flush=True)
