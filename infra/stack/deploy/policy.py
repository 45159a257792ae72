"""Checks that the policy of a role lets CloudFormation create, read, update and delete every resource of templates.

The schemas of cfn-lint list the permissions that CloudFormation requires for each type of resource. A permission that the
templates have no use for is in UNUSED, with the reason.

usage: policy.py ROLE TEMPLATE...
"""

import glob
import json
import os
import re
import sys

import cfnlint
from samtranslator.yaml_helper import yaml_parse

POLICY_SIZE = 6144  # characters of a managed policy, without white space

# The schemas name everything that a type can do. A key is an action or a prefix of actions.
UNUSED = {
    "amplify:": "the firewall is for API Gateway",
    "apprunner:": "the firewall is for API Gateway",
    "appsync:": "the firewall is for API Gateway",
    "bedrock-agentcore:": "the firewall is for API Gateway",
    "cloudfront:": "the sign-in address has no domain of its own",
    "codedeploy:RegisterOnPremisesInstance": "the canary has no machines",
    "cognito-idp:AddCustomAttributes": "the user pool has no attributes of its own",
    "cognito-idp:AssociateWebACL": "the firewall is for API Gateway",
    "cognito-idp:DisassociateWebACL": "the firewall is for API Gateway",
    "cognito-idp:GetWebACLForResource": "the firewall is for API Gateway",
    "dynamodb:AssociateTableReplica": "the table has no replicas",
    "dynamodb:BatchWriteItem": "the table has no replicas",
    "dynamodb:CreateTableReplica": "the table has no replicas",
    "dynamodb:DeleteItem": "the table has no replicas",
    "dynamodb:DeleteResourcePolicy": "the table has no resource policy",
    "dynamodb:DescribeImport": "the table is not imported",
    "dynamodb:DisableKinesisStreamingDestination": "the table has no stream",
    "dynamodb:EnableKinesisStreamingDestination": "the table has no stream",
    "dynamodb:GetItem": "the table has no replicas",
    "dynamodb:ImportTable": "the table is not imported",
    "dynamodb:PutItem": "the table has no replicas",
    "dynamodb:PutResourcePolicy": "the table has no resource policy",
    "dynamodb:Query": "the table has no replicas",
    "dynamodb:UpdateItem": "the table has no replicas",
    "dynamodb:UpdateKinesisStreamingDestination": "the table has no stream",
    "ec2:": "the functions are in no network, and the firewall is for API Gateway",
    "elasticfilesystem:": "the functions mount nothing",
    "elasticloadbalancing:": "the firewall is for API Gateway",
    "events:ListEventBuses": "the event bus is known by its name",
    "events:PutPermission": "the event bus has no resource policy",
    "events:RemovePermission": "the event bus has no resource policy",
    "firehose:": "the logs are not delivered",
    "iam:DeleteGroupPolicy": "policies belong to roles",
    "iam:DeleteRolePermissionsBoundary": "the roles have no boundary",
    "iam:DeleteUserPolicy": "policies belong to roles",
    "iam:GetGroupPolicy": "policies belong to roles",
    "iam:GetUserPolicy": "policies belong to roles",
    "iam:PutGroupPolicy": "policies belong to roles",
    "iam:PutRolePermissionsBoundary": "the roles have no boundary",
    "iam:PutUserPolicy": "policies belong to roles",
    "kinesis:": "the table has no stream",
    "kms:GenerateDataKeyWithoutPlaintext": "the user pool has no key",
    "kms:ListAliases": "KmsKeyArn is an ARN",
    "kms:ReEncrypt": "the user pool has no key",
    "kms:RevokeGrant": "DynamoDB retires its grants itself",
    "lambda:AssociateRuntimeAlias": "the runtime has no management settings",
    "lambda:DeleteFunctionCodeSigningConfig": "the code is not signed",
    "lambda:DeleteFunctionConcurrency": "the functions reserve no concurrency",
    "lambda:DeleteProvisionedConcurrencyConfig": "the functions reserve no concurrency",
    "lambda:GetCodeSigningConfig": "the code is not signed",
    "lambda:GetLayerVersion": "the functions have no layers",
    "lambda:PassCapacityProvider": "the functions have no capacity provider",
    "lambda:PutFunctionCodeSigningConfig": "the code is not signed",
    "lambda:PutFunctionConcurrency": "the functions reserve no concurrency",
    "lambda:PutFunctionRecursionConfig": "the default applies",
    "lambda:PutFunctionScalingConfig": "the default applies",
    "lambda:PutProvisionedConcurrencyConfig": "the functions reserve no concurrency",
    "lambda:PutRuntimeManagementConfig": "the runtime has no management settings",
    "logs:CreateLogStream": "the table is not imported",
    "logs:DeleteDataProtectionPolicy": "the logs have no such policy",
    "logs:DeleteIndexPolicy": "the logs have no such policy",
    "logs:DeleteLogDelivery": "the pipe writes no logs",
    "logs:DeleteResourcePolicy": "the logs have no such policy",
    "logs:DescribeLogStreams": "the table is not imported",
    "logs:GetLogDelivery": "the pipe writes no logs",
    "logs:ListLogDeliveries": "the pipe writes no logs",
    "logs:PutBearerTokenAuthentication": "the logs are not written with bearer tokens",
    "logs:PutDataProtectionPolicy": "the logs have no such policy",
    "logs:PutIndexPolicy": "the logs have no such policy",
    "logs:PutLogEvents": "the table is not imported",
    "logs:PutLogGroupDeletionProtection": "the default applies",
    "logs:PutResourcePolicy": "the logs have no such policy",
    "logs:UpdateLogDelivery": "the pipe writes no logs",
    "payments:": "the firewall is not a paid one",
    "pipes:ListPipes": "the pipe is known by its name",
    "s3:GetObjectMetadata": "the table is not imported",
    "s3:REST.PUT.OBJECT": "it is not an action of IAM",
    "s3files:": "the functions mount nothing",
    "sns:PutDataProtectionPolicy": "the topic has no such policy",
    "wafv2:GetPermissionPolicy": "the firewall is not shared",
    "wafv2:PutPermissionPolicy": "the firewall is not shared",
}


def main(role, *files):
    allowed = actions(load(role))
    types = {resource["Type"] for file in files for resource in load(file)["Resources"].values()}
    required = permissions(types - {"AWS::Serverless::Function", "AWS::Serverless::Api"})
    missing, used = [], set()
    for action, kind in sorted(required.items()):
        reasons = [key for key in UNUSED if action == key or key[-1] in ":t" and action.startswith(key)]
        used.update(reasons)
        if not reasons and action.lower() not in allowed:
            missing.append(f"{role} does not allow {action}, which CloudFormation uses for {kind}")
    missing += [f"UNUSED has {key}, which no resource requires" for key in UNUSED if key not in used]
    missing += unexplained(role) + oversized(load(role))
    if missing:
        raise SystemExit("\n".join(missing))
    print(f"{role}: allows what CloudFormation requires for {len(types)} types of resources")


def load(file):
    with open(file, encoding="utf-8") as text:
        return yaml_parse(text)


def actions(template):
    """Returns the actions of all policies in a template, in lowercase, because IAM ignores case."""
    all_actions = set()
    for resource in template["Resources"].values():
        for statement in resource["Properties"].get("PolicyDocument", {}).get("Statement", []):
            action = statement["Action"]
            all_actions.update(name.lower() for name in (action if isinstance(action, list) else [action]))
    return all_actions


def permissions(types):
    """Returns the permissions that CloudFormation requires for types of resources, each with one of the types."""
    found, required = set(), {}
    for path in glob.glob(os.path.join(os.path.dirname(cfnlint.__file__), "data/schemas/resources/*.json")):
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        if schema.get("typeName") in types:
            found.add(schema["typeName"])
            for handler in schema.get("handlers", {}).values():
                required.update(dict.fromkeys(handler.get("permissions", []), schema["typeName"]))
    if types - found or not required:
        raise SystemExit(f"cfn-lint has no schemas with permissions of {types - found or types}")
    return required


def oversized(template):
    """Returns a line for each policy that can exceed the size that IAM allows, with parameters of 40 characters."""
    problems = []
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            text = json.dumps(resource["Properties"]["PolicyDocument"], separators=(",", ":"), default=str)
            text = re.sub(r'\{"Fn::Sub":("[^"]*")\}', r"\1", text)
            text = re.sub(r"\$\{AWS::\w+\}", "123456789012", text).replace("${StackName}", "s" * 40)
            if len(text) > POLICY_SIZE:
                problems.append(f"{name} has {len(text)} characters, and a policy {POLICY_SIZE} at most")
    return problems


def unexplained(role):
    """Returns a line for each statement on all resources, or with all actions of a service, that no comment explains."""
    with open(role, encoding="utf-8") as file:
        lines = file.read().split("\n")
    problems = []
    for number, line in enumerate(lines):
        if not line.strip().startswith("- Sid:"):
            continue
        block = lines[number + 1 :]
        end = next((i for i, other in enumerate(block) if "- Sid:" in other or other.startswith("  ") and other[2] != " "), None)
        wide = [other for other in block[:end] if other.strip() == 'Resource: "*"' or other.strip().endswith(":*")]
        if wide and not lines[number - 1].strip().startswith("#"):
            problems.append(f"{role}: no comment explains the wildcard of {line.strip()}")
    return problems


if __name__ == "__main__":
    main(*sys.argv[1:])
