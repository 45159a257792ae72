"""Runs a stand-in for AWS on loopback: moto's server, extended for the CloudFormation features that it lacks.

- It reads the outputs of a nested stack.
- It returns the number of a function's version.
- It imports the Body of a REST API.
- It stores a role's policies as JSON.
- It stores a table's time to live and point-in-time recovery.
- It creates aliases of functions and stages of APIs from a template.
- It creates a placeholder for a resource of an unknown type, so that other resources can refer to it. It prints each such
  type once, as "placeholder: AWS::Service::Type". The rehearsal can't check these resources.

usage: cloud.py PORT
"""

import json
import sys

from moto.apigateway.models import RestAPI, apigateway_backends
from moto.awslambda.models import LambdaVersion, lambda_backends
from moto.cloudformation import parsing
from moto.cloudformation.models import Stack as NestedStack
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.iam.models import Role
from moto.server import main


class Placeholder:
    """A resource of a type that moto does not support. Its attributes are derived from its name."""

    def __init__(self, name):
        self.physical_resource_id = name

    @classmethod
    def has_cfn_attr(cls, attr):
        return True

    def get_cfn_attribute(self, attribute):
        return f"{self.physical_resource_id}.{attribute}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        return cls(cls.make(resource_name, cloudformation_json["Properties"], account_id, region_name))

    @classmethod
    def make(cls, name, properties, account, region):
        """Creates the resource if moto can, and returns the value of a Ref to it."""
        return name

    def is_created(self):
        return True


class Alias(Placeholder):
    @classmethod
    def make(cls, name, properties, account, region):
        function, version = properties["FunctionName"], properties["FunctionVersion"]
        return lambda_backends[account][region].create_alias(properties["Name"], function, version, "", None).arn


class Stage(Placeholder):
    @classmethod
    def make(cls, name, properties, account, region):
        apigateway_backends[account][region].create_stage(
            properties["RestApiId"],
            properties["StageName"],
            getattr(properties["DeploymentId"], "id", properties["DeploymentId"]),
            tracing_enabled=properties.get("TracingEnabled"),
        )
        return properties["StageName"]


supported = {"AWS::Lambda::Alias": Alias, "AWS::ApiGateway::Stage": Stage}
known_class = parsing.resource_class_from_type
placeholders = set()


def class_or_placeholder(kind):
    if kind in parsing.get_model_map() or kind in parsing.NULL_MODELS:
        return known_class(kind)
    if kind in supported:
        return supported[kind]
    if kind not in placeholders:
        placeholders.add(kind)
        print(f"placeholder: {kind}", flush=True)
    return Placeholder


def output_of(stack, attribute):
    """Returns the value of Fn::GetAtt [Stack, Outputs.Name]."""
    name = attribute.removeprefix("Outputs.")
    for output in stack.outputs or []:
        if output["OutputKey"] == name:
            return output["OutputValue"]
    raise ValueError(f"stack {stack.name} has no output {name}")


create_rest_api = RestAPI.create_from_cloudformation_json.__func__


def create_and_import(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    api = create_rest_api(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    body = cloudformation_json["Properties"].get("Body")
    if body:
        apigateway_backends[account_id][region_name].put_rest_api(api.id, body, fail_on_warnings=False)
    return api


put_policy = Role.put_policy


def put_policy_as_json(role, name, document):
    put_policy(role, name, document if isinstance(document, str) else json.dumps(document))


create_table = Table.create_from_cloudformation_json.__func__


def create_and_describe(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    table = create_table(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    properties = cloudformation_json["Properties"]
    tables = dynamodb_backends[account_id][region_name]
    if "TimeToLiveSpecification" in properties:
        tables.update_time_to_live(table.name, properties["TimeToLiveSpecification"])
    if "PointInTimeRecoverySpecification" in properties:
        tables.update_continuous_backups(table.name, properties["PointInTimeRecoverySpecification"])
    return table


parsing.resource_class_from_type = class_or_placeholder
NestedStack.get_cfn_attribute = output_of
NestedStack.has_cfn_attr = classmethod(lambda cls, attr: attr.startswith("Outputs."))
LambdaVersion.get_cfn_attribute = lambda version, attribute: str(version.version)
Role.put_policy = put_policy_as_json
Table.create_from_cloudformation_json = classmethod(create_and_describe)
RestAPI.create_from_cloudformation_json = classmethod(create_and_import)

if __name__ == "__main__":
    main(["--host", "127.0.0.1", "--port", sys.argv[1]])
