"""Runs a Python handler: polls the Lambda Runtime API and serves one invocation at a time, as Lambda does.

An exception of the handler is reported as Lambda's errorType and errorMessage, and its traceback is printed to standard
error. The report contains no stackTrace, because package lambda treats an error with one as the end of the process.
"""
import importlib
import json
import os
import sys
import time
import traceback
import urllib.request

ROOT = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"


class Context:
    """Describes the invocation to the handler, with the attributes of Lambda's context object."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


def post(path, value):
    request = urllib.request.Request(ROOT + path, data=json.dumps(value).encode(), method="POST")
    urllib.request.urlopen(request).close()


def failure(error):
    traceback.print_exc()
    return {"errorType": type(error).__name__, "errorMessage": str(error)}


def load():
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    return getattr(importlib.import_module(module), name)


def serve(handler):
    with urllib.request.urlopen(ROOT + "invocation/next") as response:
        context, event = Context(response.headers), json.load(response)
    path = "invocation/" + context.aws_request_id
    try:
        answer = handler(event, context)
        json.dumps(answer)
    except Exception as error:
        post(path + "/error", failure(error))
        return
    post(path + "/response", answer)


def main():
    try:
        handler = load()
    except Exception as error:
        post("init/error", failure(error))
        sys.exit(1)
    while True:
        serve(handler)
        sys.stdout.flush()
        sys.stderr.flush()


main()
