"""Translate a SAM template to CloudFormation with AWS's translator, and count its resources.

usage: translate.py TEMPLATE OUTPUT [ENDPOINT]

Without ENDPOINT, TEMPLATE is the source or the output of `sam build`, and placeholder S3 URLs replace the local paths
of code and nested templates. With ENDPOINT, TEMPLATE is the output of `sam package` with S3 at that address, and the
address of Amazon S3 replaces it. Exits with status 1 if the template is invalid or exceeds the resource limit of a
stack.
"""

import json
import logging
import os
import sys
from collections import Counter

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

RESOURCES_IN_A_STACK = 500
MANAGED_POLICIES = {
    name: f"arn:aws:iam::aws:policy/{path}{name}"
    for name, path in {"AWSLambdaBasicExecutionRole": "service-role/", "AWSXRayDaemonWriteAccess": ""}.items()
}


def stand_in_for_uploads(template):
    """Set placeholder S3 URLs where `sam package` would set the real ones."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = f"s3://rehearsal/functions/{name}"
        if resource["Type"] == "AWS::CloudFormation::Stack":
            properties["TemplateURL"] = f"https://rehearsal.s3.amazonaws.com/templates/{name}"


def translate(template, parameters=None):
    """Return the CloudFormation template of a SAM template. Raises an exception if the template is invalid."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    region = os.environ["AWS_DEFAULT_REGION"]
    session = boto3.Session(region_name=region)
    translator = Translator(MANAGED_POLICIES, Parser(), None, session)
    return translator.translate(template, {"AWS::Region": region, **(parameters or {})})


def main(source, target, endpoint=None):
    with open(source, encoding="utf-8") as file:
        template = yaml_parse(file)
    if endpoint is None:
        stand_in_for_uploads(template)
    translated = translate(template)
    text = json.dumps(translated, indent=1, default=str)
    if endpoint is not None:
        text = text.replace(endpoint, "https://s3.amazonaws.com")
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)
    kinds = Counter(resource["Type"] for resource in translated["Resources"].values())
    print(f"{source}: {kinds.total()} resources (a stack can have {RESOURCES_IN_A_STACK})")
    return 0 if kinds.total() < RESOURCES_IN_A_STACK else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
