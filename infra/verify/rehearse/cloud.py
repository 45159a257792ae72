"""Runs a stand-in for AWS on loopback: moto's server, extended for the CloudFormation features that it lacks.

- It reads the outputs of a nested stack.
- It returns the number of a function's version.
- It imports the Body of a REST API.
- It stores a role's policies as JSON.
- It stores a table's time to live, point-in-time recovery and Contributor Insights.
- It creates aliases of functions and stages of APIs from a template.
- It creates user pools and their clients from a template.
- It updates nested stacks in place, and then the functions, versions, aliases, roles, user pool clients, APIs and authorizers
  that depend on a parameter or on the code. It creates and deletes what depends on a condition. It leaves all other resources as
  they are.
- It prints the action of each request of the access key DEPLOYER once, as "action: service:Action".
- It honors the deletion policies Retain and RetainExceptOnCreate.
- It fails half way through the creation of a stack whose name is in the file FAIL, and rolls it back.
- It creates a placeholder for a resource of an unknown type, so that other resources can refer to it. It prints each such
  type once, as "placeholder: AWS::Service::Type". The rehearsal can't check these resources.

usage: cloud.py PORT FAIL
"""

import copy
import json
import os
import sys

from moto.apigateway.models import RestAPI, apigateway_backends
from moto.awslambda.models import LambdaVersion, lambda_backends
from moto.cloudformation import parsing
from moto.cloudformation.models import Stack as NestedStack
from moto.cloudformation.models import cloudformation_backends, get_stack_from_s3_url
from moto.cognitoidp.models import cognitoidp_backends
from moto.core.responses import ActionResult, BaseResponse
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
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

    def delete(self, account, region):
        """Deletes nothing, because nothing refers to a placeholder."""


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


class ConfigurationSet(Placeholder):
    @classmethod
    def make(cls, name, properties, account, region):
        return properties["Name"]


class UserPool(Placeholder):
    @classmethod
    def make(cls, name, properties, account, region):
        return cognitoidp_backends[account][region].create_user_pool(properties["UserPoolName"], properties).id


class UserPoolClient(Placeholder):
    @classmethod
    def make(cls, name, properties, account, region):
        pools = cognitoidp_backends[account][region]
        return pools.create_user_pool_client(properties["UserPoolId"], False, properties).id


supported = {
    "AWS::Lambda::Alias": Alias,
    "AWS::ApiGateway::Stage": Stage,
    "AWS::SES::ConfigurationSet": ConfigurationSet,
    "AWS::Cognito::UserPool": UserPool,
    "AWS::Cognito::UserPoolClient": UserPoolClient,
}
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


clean_json = parsing.clean_json


def clean_with_whole_attributes(resource, resources):
    """Joins the attribute in ${Stack.Outputs.Name} again, which moto splits at every dot."""
    attribute = resource.get("Fn::GetAtt") if isinstance(resource, dict) else None
    if isinstance(attribute, list) and len(attribute) > 2:
        name, *attribute = attribute
        resource = {"Fn::GetAtt": [name, ".".join(attribute)]}
    return clean_json(resource, resources)


create_rest_api = RestAPI.create_from_cloudformation_json.__func__


def create_and_import(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    api = create_rest_api(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    body = cloudformation_json["Properties"].get("Body")
    if body:
        apis = apigateway_backends[account_id][region_name]
        apis.put_rest_api(api.id, with_whole_integrations(body), fail_on_warnings=False)
        for name, authorizer in authorizers(body):
            seconds = int(authorizer["authorizerResultTtlInSeconds"])
            apis.create_authorizer(api.id, name, authorizer["type"].upper(), authorizer_result_ttl=seconds)
    return api


def with_whole_integrations(body):
    """Returns the body of an API, with the fields that moto needs in an integration and that one of type mock does not have."""
    body = copy.deepcopy(body)
    for operations in body["paths"].values():
        for operation in operations.values():
            integration = operation.get("x-amazon-apigateway-integration", {})
            if integration.get("type") == "mock":
                integration.setdefault("uri", "")
                integration.setdefault("httpMethod", "POST")
    return body


def authorizers(body):
    """Returns the name and the settings of each authorizer in the body of an API."""
    for name, scheme in body["components"]["securitySchemes"].items():
        if "x-amazon-apigateway-authorizer" in scheme:
            yield name, scheme["x-amazon-apigateway-authorizer"]


put_policy = Role.put_policy


def put_policy_as_json(role, name, document):
    put_policy(role, name, document if isinstance(document, str) else json.dumps(document))


create_table = Table.create_from_cloudformation_json.__func__


def create_and_describe(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    table = create_table(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    properties = cloudformation_json["Properties"]
    # A parameter of a stack is a text.
    table.deletion_protection_enabled = str(properties.get("DeletionProtectionEnabled")).lower() == "true"
    tables = dynamodb_backends[account_id][region_name]
    if "TimeToLiveSpecification" in properties:
        tables.update_time_to_live(table.name, properties["TimeToLiveSpecification"])
    if "PointInTimeRecoverySpecification" in properties:
        tables.update_continuous_backups(table.name, properties["PointInTimeRecoverySpecification"])
    table.insights = {"": properties.get("ContributorInsightsSpecification", {}).get("Mode")}
    for index in properties["GlobalSecondaryIndexes"]:
        table.insights[index["IndexName"]] = index.get("ContributorInsightsSpecification", {}).get("Mode")
    return table


def insights_of(handler):
    """Returns the modes of Contributor Insights of the table of a request, by index. A restored table has none."""
    table = handler.dynamodb_backend.get_table(handler.body["TableName"])
    if not hasattr(table, "insights"):
        table.insights = {}
    return table.insights


def describe_contributor_insights(handler):
    mode = insights_of(handler).get(handler.body.get("IndexName", ""))
    answer = {"TableName": handler.body["TableName"], "ContributorInsightsStatus": "ENABLED" if mode else "DISABLED"}
    return ActionResult(answer | ({"ContributorInsightsMode": mode} if mode else {}))


def update_contributor_insights(handler):
    mode = handler.body.get("ContributorInsightsMode", "ACCESSED_AND_THROTTLED_KEYS")
    enable = handler.body["ContributorInsightsAction"] == "ENABLE"
    insights_of(handler)[handler.body.get("IndexName", "")] = mode if enable else None
    return describe_contributor_insights(handler)


DEPLOYER = "deployer"
actions = set()


def recorded(authorize):
    """Returns a method that prints the action of a request before it authorizes the request."""

    def method(response, *arguments, **options):
        if f"Credential={DEPLOYER}/" in response.headers.get("Authorization", ""):
            action = f"{response.boto3_service_name}:{response._get_action()}"
            if action not in actions:
                actions.add(action)
                print(f"action: {action}", flush=True)
        return authorize(response, *arguments, **options)

    return method


KEPT = ("Retain", "RetainExceptOnCreate")


def update(resources, template, parameters=None):
    """Replaces ResourceMap.update, which replaces nested stacks instead of updating them."""
    before, made = resources._resource_json_map, resources._parsed_resources
    resources._template, resources._resource_json_map = template, template["Resources"]
    resources.input_parameters = parameters or resources.input_parameters
    resources.load_mapping()
    resources.load_parameters()
    resources.load_conditions()

    def wanted(name):
        resource = template["Resources"].get(name)
        return resource and ("Condition" not in resource or resources.lazy_condition_map[resource["Condition"]])

    for name in [name for name in before if name in made and not wanted(name)]:
        resource = made.pop(name)
        if before[name].get("DeletionPolicy") not in KEPT:
            resources._delete_resource(resource, before[name])

    # A new version of a function is created as soon as another resource refers to it, so the functions go first, after the nested
    # stacks that their environments depend on.
    order = {"AWS::CloudFormation::Stack": 0, "AWS::Lambda::Function": 1}
    for name, resource in sorted(template["Resources"].items(), key=lambda item: order.get(item[1]["Type"], 2)):
        if name in made:
            change(resources, name, parsing.clean_json(resource, resources))
        else:
            resources[name]  # creates it


def change(resources, name, wanted):
    """Updates a resource whose properties can depend on a parameter."""
    made, account, region = resources[name], resources._account_id, resources._region_name
    properties = wanted.get("Properties", {})
    kind = wanted["Type"]
    if kind == "AWS::CloudFormation::Stack":
        nested = get_stack_from_s3_url(properties["TemplateURL"], account_id=account, partition="aws")
        made.update(nested, parameters=properties.get("Parameters", {}))
    elif kind == "AWS::Lambda::Function":
        made.update_configuration(properties)
        made.update_function_code(properties["Code"])
    elif kind == "AWS::Lambda::Version" and made.text != json.dumps(properties, default=str):
        resources._parsed_resources.pop(name)
        resources[name]  # publishes another version
    elif kind == "AWS::Lambda::Alias":
        functions = lambda_backends[account][region]
        functions.update_alias(properties["Name"], properties["FunctionName"], properties["FunctionVersion"], "", None)
    elif kind == "AWS::IAM::Role":
        for policy in properties.get("Policies", []):
            made.put_policy(policy["PolicyName"], policy["PolicyDocument"])
    elif kind == "AWS::Cognito::UserPoolClient":
        pool = cognitoidp_backends[account][region].user_pools[properties["UserPoolId"]]
        pool.clients[made.physical_resource_id].extended_config.update(properties)
    elif kind == "AWS::ApiGateway::RestApi":
        apis = apigateway_backends[account][region]
        body = with_whole_integrations(properties["Body"])
        apis.put_rest_api(made.id, body, fail_on_warnings=False, mode="overwrite")
        for settings in dict(authorizers(properties["Body"])).values():
            for authorizer in made.authorizers.values():
                authorizer.authorizer_result_ttl = int(settings["authorizerResultTtlInSeconds"])


publish = LambdaVersion.create_from_cloudformation_json.__func__


def publish_and_remember(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """Remembers what a version was made from, and the value of a Ref to it."""
    version = publish(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    properties = cloudformation_json["Properties"]
    version.text = json.dumps(properties, default=str)
    version.arn = f"arn:aws:lambda:{region_name}:{account_id}:function:{properties['FunctionName']}:{version.version}"
    return version


def delete(resources, kept=KEPT):
    """Replaces ResourceMap.delete: deletes what no policy keeps, in any order."""
    account, region = resources._account_id, resources._region_name
    for name, resource in resources._resource_json_map.items():
        made = resources._parsed_resources.pop(name, None)
        if made is None or resource.get("DeletionPolicy") in kept:
            continue
        if isinstance(made, NestedStack):
            cloudformation_backends[account][region].delete_stack(made.stack_id)
        elif isinstance(made, RestAPI):
            apigateway_backends[account][region].delete_rest_api(made.id)
        elif isinstance(made, Role):
            # A policy in the template is part of its role, but moto refuses to delete a role that has policies.
            made.policies.clear()
            made.managed_policies.clear()
            resources._delete_resource(made, resource)
        else:
            resources._delete_resource(made, resource)


create_resources = NestedStack.create_resources


def create_or_fail(stack):
    """Creates the resources of a stack. If the rehearsal lets it fail, it leaves what its deletion policies keep."""
    if not os.path.exists(sys.argv[2]) or open(sys.argv[2], encoding="utf-8").read() != stack.name:
        return create_resources(stack)
    for name in ("Data", "IdentityProvider"):
        stack.resource_map[name]  # creates it
    for export in stack.exports:
        cloudformation_backends[stack.account_id][stack.region_name].exports.pop(export.name, None)
    delete(stack.resource_map, kept=("Retain",))
    stack.output_map = parsing.OutputMap(stack.resource_map, {}, stack.stack_id)
    stack._add_stack_event("CREATE_FAILED", "the rehearsal lets this creation fail")
    stack.status = "ROLLBACK_COMPLETE"


parsing.resource_class_from_type = class_or_placeholder
parsing.clean_json = clean_with_whole_attributes
parsing.ResourceMap.update = update
parsing.ResourceMap.delete = delete
NestedStack.create_resources = create_or_fail
# moto's own list has a None for each resource that a condition leaves out.
NestedStack.stack_resources = property(lambda stack: [made for made in stack.resource_map.values() if made is not None])
LambdaVersion.physical_resource_id = property(lambda version: version.arn)
LambdaVersion.create_from_cloudformation_json = classmethod(publish_and_remember)
NestedStack.get_cfn_attribute = output_of
NestedStack.has_cfn_attr = classmethod(lambda cls, attr: attr.startswith("Outputs."))
LambdaVersion.get_cfn_attribute = lambda version, attribute: str(version.version)
Role.put_policy = put_policy_as_json
Table.create_from_cloudformation_json = classmethod(create_and_describe)
DynamoHandler.describe_contributor_insights = describe_contributor_insights
DynamoHandler.update_contributor_insights = update_contributor_insights
for kind in ("normal", "s3"):
    name = f"_authenticate_and_authorize_{kind}_action"
    setattr(BaseResponse, name, recorded(getattr(BaseResponse, name)))
RestAPI.create_from_cloudformation_json = classmethod(create_and_import)

if __name__ == "__main__":
    main(["--host", "127.0.0.1", "--port", sys.argv[1]])
