"""Stands in for `sam deploy` in the rehearsal: deploys to the stand-in for AWS at AWS_ENDPOINT_URL.

The stand-in can't transform a SAM template, so this program translates it first, with AWS's own translator and the values of
the parameters. It packages the functions once and keeps the result in the working directory.

usage: sam.py WORK deploy --stack-name NAME --template-file FILE ... --parameter-overrides NAME="VALUE" ...
"""

import json
import os
import subprocess
import sys
import time

import boto3
from botocore.exceptions import ClientError
from samcli.cli.types import CfnParameterOverridesType
from samtranslator.yaml_helper import yaml_parse

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../stack/deploy"))
from translate import translate

BUCKET = "rehearsal"
REGION = "eu-central-1"
KEY = "stack.json"
PACKAGED = "packaged.yaml"


def main(work, command, *arguments):
    if command != "deploy":
        raise SystemExit(f"sam.py only deploys, but was asked to {command}")
    options = list(arguments)
    overrides = options.index("--parameter-overrides")
    name = options[options.index("--stack-name") + 1]
    template = options[options.index("--template-file") + 1]
    values = CfnParameterOverridesType().convert(tuple(options[overrides + 1 :]), None, None)
    packaged = os.path.join(work, PACKAGED)
    if not os.path.exists(packaged):
        package(packaged, template)
    upload(packaged, values)
    status = deploy(name, [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()])
    print(f"{name} is {status}")
    return 0 if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else 1


def package(packaged, template):
    """Uploads the built functions and the nested templates."""
    storage = boto3.client("s3", region_name=REGION)
    if BUCKET not in [bucket["Name"] for bucket in storage.list_buckets()["Buckets"]]:
        storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    # The SAM CLI itself, and not the program that stands in for it.
    sam = os.path.join(os.path.dirname(sys.executable), "sam")
    run(sam, "package", "--template-file", template, "--s3-bucket", BUCKET, "--output-template-file", packaged)


def upload(packaged, values):
    """Translates the packaged template with the values of its parameters, and uploads the result."""
    with open(packaged, encoding="utf-8") as file:
        translated = translate(yaml_parse(file), values)
    # The stand-in also exports the outputs whose condition does not hold, and fails if their resource is missing.
    translated["Outputs"] = {name: output for name, output in translated["Outputs"].items() if "Condition" not in output}
    # The functions and templates are at the stand-in, but CloudFormation only accepts addresses of Amazon S3.
    text = json.dumps(translated, default=str).replace(os.environ["AWS_ENDPOINT_URL"], "https://s3.amazonaws.com")
    boto3.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=text.encode())


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")


def deploy(name, parameters):
    """Creates or updates the stack, and returns its status."""
    cloudformation = boto3.client("cloudformation")
    stack = {
        "StackName": name,
        "TemplateURL": f"https://s3.amazonaws.com/{BUCKET}/{KEY}",
        "Parameters": parameters,
        "Capabilities": ["CAPABILITY_IAM"],
    }
    try:
        cloudformation.describe_stacks(StackName=name)
    except ClientError:
        cloudformation.create_stack(**stack)
    else:
        try:
            cloudformation.update_stack(**stack)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    for _ in range(60):
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(1)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
