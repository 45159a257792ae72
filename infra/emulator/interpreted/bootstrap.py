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


class RuntimeFailure(Exception):
    """Is an error with one of Lambda's own types."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


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
        self.identity = None
        self.client_context = None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


def post(path, value):
    request = urllib.request.Request(ROOT + path, data=json.dumps(value).encode(), method="POST")
    urllib.request.urlopen(request).close()


def failure(error):
    traceback.print_exc()
    return {"errorType": getattr(error, "kind", None) or type(error).__name__, "errorMessage": str(error)}


def load():
    written = os.environ["_HANDLER"]
    module, _, name = written.rpartition(".")
    if not module:
        raise RuntimeFailure("Runtime.MalformedHandlerName", f"Bad handler '{written}': not enough values to unpack")
    # The first entry is the directory of this file, whose modules are not the function's.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    module = module.replace("/", ".")
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        raise RuntimeFailure("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    except SyntaxError as error:
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}") from error
    if not hasattr(loaded, name):
        raise RuntimeFailure("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return getattr(loaded, name)


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
