"""Translates template.yaml into what CloudFormation gets, with AWS's own translator, and counts the resources.

usage: translate.py TEMPLATE OUTPUT [ENDPOINT]

TEMPLATE may be the source or what `sam build` wrote: code and nested templates need no bucket then, their local paths are
replaced by addresses that stand for one. With ENDPOINT it is what `sam package` wrote while S3 was at that address; what
was uploaded is then named as S3 itself would. Exits 1 when the template is wrong or holds more than fits a stack.
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
    """Puts an address where `sam package` would put one."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = f"s3://rehearsal/functions/{name}"
        if resource["Type"] == "AWS::CloudFormation::Stack":
            properties["TemplateURL"] = f"https://rehearsal.s3.amazonaws.com/templates/{name}"


def translate(template):
    """The CloudFormation template that the SAM template stands for; raises on an invalid one."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    region = os.environ["AWS_DEFAULT_REGION"]
    session = boto3.Session(region_name=region)
    translator = Translator(MANAGED_POLICIES, Parser(), None, session)
    return translator.translate(template, {"AWS::Region": region})


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
    print(f"{source}: {kinds.total()} resources of at most {RESOURCES_IN_A_STACK} in a stack")
    return 0 if kinds.total() < RESOURCES_IN_A_STACK else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
