"""X-Ray: groups, sampling rules and their tags. Stock moto answers 404 to all of them.
https://docs.aws.amazon.com/xray/latest/api/API_Operations.html"""

import json
import time
import uuid

from moto.xray import urls
from moto.xray.responses import XRayResponse

from patching import kept

DEFAULT_GROUP_INSIGHTS = {"InsightsEnabled": False, "NotificationsEnabled": False}


def operation(path):
    """Answers this path with what a function returns for the request and for the account's table."""

    def put(function):
        def method(self):
            try:
                return json.dumps(function(self, self.request_params, kept(self.xray_backend, "xray")))
            except LookupError as error:
                body = json.dumps({"__type": "InvalidRequestException", "message": str(error.args[0])})
                return body, {"status": 400, "x-amzn-errortype": "InvalidRequestException"}

        setattr(XRayResponse, function.__name__, method)
        urls.url_paths[f"{{0}}/{path}$"] = XRayResponse.dispatch
        return function

    return put


def arn_of(self, kind, name):
    return f"arn:aws:xray:{self.region}:{self.current_account}:{kind}/{name}"


def add(table, kind, arn, thing, request):
    if any(there[kind + "Name"] == thing[kind + "Name"] for there in table.get(kind, {}).values()):
        raise LookupError(f"{kind} already exists")
    table.setdefault(kind, {})[arn] = thing
    table.setdefault("tags", {})[arn] = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or []}
    return thing


def find(table, kind, request):
    for arn, thing in table.get(kind, {}).items():
        if arn == request.get(kind + "ARN") or thing[kind + "Name"] == request.get(kind + "Name"):
            return arn, thing
    raise LookupError(f"{kind} not found")


@operation("CreateGroup")
def create_group(self, request, table):
    name = request["GroupName"]
    arn = arn_of(self, "group", f"{name}/{uuid.uuid4().hex[:26].upper()}")
    group = {
        "GroupName": name,
        "GroupARN": arn,
        "FilterExpression": request.get("FilterExpression", ""),
        "InsightsConfiguration": request.get("InsightsConfiguration") or DEFAULT_GROUP_INSIGHTS,
    }
    return {"Group": add(table, "Group", arn, group, request)}


@operation("GetGroup")
def get_group(self, request, table):
    return {"Group": find(table, "Group", request)[1]}


@operation("Groups")
def groups(self, request, table):
    return {"Groups": list(table.get("Group", {}).values())}


@operation("UpdateGroup")
def update_group(self, request, table):
    _, group = find(table, "Group", request)
    group.update({key: request[key] for key in ("FilterExpression", "InsightsConfiguration") if key in request})
    return {"Group": group}


@operation("DeleteGroup")
def delete_group(self, request, table):
    del table["Group"][find(table, "Group", request)[0]]
    return {}


def record(rule):
    return {"SamplingRule": rule, "CreatedAt": time.time(), "ModifiedAt": time.time()}


@operation("CreateSamplingRule")
def create_sampling_rule(self, request, table):
    rule = {"Attributes": {}, **request["SamplingRule"]}
    rule["RuleARN"] = arn_of(self, "sampling-rule", rule["RuleName"])
    return {"SamplingRuleRecord": record(add(table, "Rule", rule["RuleARN"], rule, request))}


@operation("GetSamplingRules")
def get_sampling_rules(self, request, table):
    return {"SamplingRuleRecords": [record(rule) for rule in table.get("Rule", {}).values()]}


@operation("UpdateSamplingRule")
def update_sampling_rule(self, request, table):
    change = request["SamplingRuleUpdate"]
    _, rule = find(table, "Rule", change)
    rule.update({key: value for key, value in change.items() if value is not None})
    return {"SamplingRuleRecord": record(rule)}


@operation("DeleteSamplingRule")
def delete_sampling_rule(self, request, table):
    arn, rule = find(table, "Rule", request)
    del table["Rule"][arn]
    return {"SamplingRuleRecord": record(rule)}


@operation("ListTagsForResource")
def list_tags_for_resource(self, request, table):
    tags = table.get("tags", {}).get(request["ResourceARN"], {})
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@operation("TagResource")
def tag_resource(self, request, table):
    tags = table.setdefault("tags", {}).setdefault(request["ResourceARN"], {})
    tags.update({tag["Key"]: tag["Value"] for tag in request["Tags"]})
    return {}


@operation("UntagResource")
def untag_resource(self, request, table):
    tags = table.get("tags", {}).get(request["ResourceARN"], {})
    for key in request["TagKeys"]:
        tags.pop(key, None)
    return {}
