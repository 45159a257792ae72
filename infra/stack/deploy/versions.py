"""Translate template.yaml with different parameters, and check which of them publish a version of the authorizer.

usage: versions.py

A published version keeps its environment, so every parameter that reaches the environment must publish one. CloudFormation
publishes a version when the logical ID or the description of the AWS::Lambda::Version changes. Lambda rejects a version
that equals the last one, so no other parameter may publish one. Exits with status 1 if a parameter does the wrong thing.
"""

import copy
import json
import sys

import translate
from samtranslator.yaml_helper import yaml_parse

AUTHORIZER = "AuthorizerFunction"
PUBLISHING = {
    "AuditDays": "7",
    "AuthorizerCacheSeconds": "60",
    "BasicAuthentication": "true",
    "RestoredTable": "leasehold-restored-1",
}


def published(template, parameters):
    """Return what identifies the authorizer's version: its logical ID and its properties with the values that they name."""
    translated = translate.translate(copy.deepcopy(template), parameters)
    versions = {
        name: resource["Properties"]
        for name, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Version"
    }
    if len(versions) != 1:
        raise SystemExit(f"template.yaml publishes the versions {sorted(versions)}, want one of the authorizer")

    # CloudFormation fills in the names of Fn::Sub. The table's name is an output of the nested stack Data.
    values = parameters | {"Data.Outputs.TableName": parameters["RestoredTable"] or "own"}
    text = json.dumps(versions, sort_keys=True)
    for name, value in values.items():
        text = text.replace("${" + name + "}", value)
    return text


def other(declaration):
    """Return a value of a parameter that is not its default."""
    default = str(declaration.get("Default", ""))
    allowed = [str(value) for value in declaration.get("AllowedValues", [])]
    return next((value for value in allowed if value != default), "7" if default != "7" else "8")


def main():
    with open("template.yaml", encoding="utf-8") as file:
        template = yaml_parse(file)
    translate.stand_in_for_uploads(template)

    defaults = {name: str(p.get("Default", "")) for name, p in template["Parameters"].items()}
    before = published(template, defaults)
    failures = []

    for name, declaration in template["Parameters"].items():
        value = PUBLISHING.get(name, other(declaration))
        publishes = published(template, defaults | {name: value}) != before
        if publishes != (name in PUBLISHING):
            failures.append(f"{name}={value} {'publishes' if publishes else 'does not publish'} a version")

    for name, edit in {
        "Timeout": lambda function: function.update(Timeout=7),
        "the environment": lambda function: function["Environment"]["Variables"].update(NEW="1"),
        "the code": lambda function: function.update(CodeUri="s3://rehearsal/functions/other"),
    }.items():
        edited = copy.deepcopy(template)
        edit(edited["Resources"][AUTHORIZER]["Properties"])
        if published(edited, defaults) == before:
            failures.append(f"a change of {name} in template.yaml does not publish a version")

    for failure in failures:
        print(f"template.yaml: {failure}", file=sys.stderr)
    if not failures:
        print(f"template.yaml: of {len(defaults)} parameters, {', '.join(PUBLISHING)} publish a version of the authorizer")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
