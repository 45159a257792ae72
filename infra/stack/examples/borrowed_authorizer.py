"""A Lambda authorizer for tools that run APIs on your machine, such as sam local and serverless-offline.

It passes each event to Leasehold's authorizer, which make run serves as a Lambda endpoint, and returns the answer. Set
LEASEHOLD_ENDPOINT to the address that make run prints, such as http://127.0.0.1:3000. On AWS, name the deployed authorizer
instead.
"""
import json
import os
import urllib.request

ENDPOINT = os.environ["LEASEHOLD_ENDPOINT"] + "/2015-03-31/functions/authorizer/invocations"


def handler(event, context):
    request = urllib.request.Request(ENDPOINT, data=json.dumps(event).encode(), method="POST")
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
        failed = response.headers["X-Amz-Function-Error"]
    if failed:
        raise Exception(answer["errorMessage"])
    return answer
