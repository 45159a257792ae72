"""The authorizer that an engineer would write in Python with boto3: it checks a personal access token against the same table and
with the same rules. It records no use of a token, and it does not read the organization, which Leasehold's authorizer reads every
30 seconds.

The loop at the end stands for Lambda's own runtime for Python, which does more.
"""

import datetime
import hashlib
import hmac
import http.client
import json
import os
import re
import time
import zlib

import boto3

TABLE = os.environ["TABLE_NAME"]
client = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
VALUE = {digit: value for value, digit in enumerate(DIGITS)}
FORM = re.compile(r"lhp_[0-9A-Za-z]{88}")


def parse(text):
    """Return the IDs in a personal access token, or None if it is malformed."""
    if FORM.fullmatch(text) is None:
        return None

    raw = b""
    for start in range(4, len(text), 11):
        number = 0
        for digit in text[start : start + 11]:
            number = number * 62 + VALUE[digit]

        if number >= 1 << 64:
            return None

        raw += number.to_bytes(8, "big")

    if zlib.crc32(b"lhp_" + raw[:60]) != int.from_bytes(raw[60:], "big"):
        return None

    return "tok_" + text[4:15], "usr_" + ulid(raw[8:24]), "org_" + ulid(raw[24:40])


def ulid(raw):
    number = int.from_bytes(raw, "big")
    return "".join(LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


def admit(text):
    """Return the context of an admitted caller, or None."""
    ids = parse(text)
    if ids is None:
        return None

    token_id, user, org = ids
    keys = [
        {"PK": {"S": "USER#" + user}, "SK": {"S": "TOKEN#" + token_id}},
        {"PK": {"S": "USER#" + user}, "SK": {"S": "ORG#" + org}},
    ]
    found = client.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    items = {item["item_type"]["S"]: item for item in found["Responses"][TABLE]}
    token, membership = items.get("token"), items.get("membership")
    digest = hashlib.sha256(text.encode()).digest()
    if token is None or not hmac.compare_digest(digest, token["secret_hash"]["B"]):
        return None

    now = time.time()
    lease, expiry = int(token["lease_until"]["N"]), int(token["expires_at"]["N"])
    is_live = "ended_why" not in token and now < lease and now < expiry
    is_member = (
        membership is not None
        and membership["member_status"]["S"] == "active"
        and membership["member_role"]["S"] != "deny"
        and membership["token_epoch"]["S"] == token["token_epoch"]["S"]
    )
    if not is_live or not is_member:
        return None

    return {
        "userId": user,
        "orgId": org,
        "tokenId": token_id,
        "kind": "pat",
        "role": membership["member_role"]["S"],
        "leaseExpiresAt": datetime.datetime.fromtimestamp(lease, datetime.timezone.utc).isoformat(),
        "expiresAt": datetime.datetime.fromtimestamp(expiry, datetime.timezone.utc).isoformat(),
    }


def handler(event):
    sent = event.get("authorizationToken") or ""
    for name, value in (event.get("headers") or {}).items():
        if name.lower() == "authorization":
            sent = sent or value

    context = admit(sent[7:].lstrip()) if sent[:7].lower() == "bearer " else None
    api, stage, *_ = event["methodArn"].split("/")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Deny" if context is None else "Allow",
        "Resource": f"{api}/{stage}/*",
    }

    return {
        "principalId": "nobody" if context is None else context["userId"],
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"problem": "invalid-token"} if context is None else context,
    }


def run():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    path = "/2018-06-01/runtime/invocation/"
    while True:
        connection.request("GET", path + "next")
        invocation = connection.getresponse()
        event = json.loads(invocation.read())
        request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
        connection.request("POST", path + request_id + "/response", json.dumps(handler(event)))
        connection.getresponse().read()


run()
