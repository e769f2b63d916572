"""CloudWatch Logs: saved queries, and the key of a log group."""

import json
import uuid

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse

from patching import kept, patch


def saved_queries(call):
    return kept(call.logs_backend, "query_definitions")


def saved_query(call):
    id = call._get_param("queryDefinitionId")
    if id not in saved_queries(call):
        raise ResourceNotFoundException(f"Query definition {id} does not exist.")
    return id


# Stock: not implemented, like the two which follow. With an id it changes one which is there.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
@patch(LogsResponse)
def put_query_definition(stock, self):
    id = saved_query(self) if self._get_param("queryDefinitionId") else str(uuid.uuid4())
    asked = {name: self._get_param(name) for name in ("name", "queryString", "logGroupNames")}
    saved_queries(self)[id] = {"queryDefinitionId": id, **{name: value for name, value in asked.items() if value}}
    return json.dumps({"queryDefinitionId": id})


# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html
@patch(LogsResponse)
def describe_query_definitions(stock, self):
    prefix = self._get_param("queryDefinitionNamePrefix") or ""
    found = [query for query in saved_queries(self).values() if query["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": found})


# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html
@patch(LogsResponse)
def delete_query_definition(stock, self):
    del saved_queries(self)[saved_query(self)]
    return json.dumps({"success": True})


# Stock: not implemented, like the next one; a log group has the key it was made with.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
@patch(LogsResponse)
def associate_kms_key(stock, self):
    return set_key(self, self._get_param("kmsKeyId"))


# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html
@patch(LogsResponse)
def disassociate_kms_key(stock, self):
    return set_key(self, None)


def set_key(call, key):
    group = call.logs_backend.groups.get(call._get_param("logGroupName"))
    if group is None:
        raise ResourceNotFoundException()
    group.kms_key_id = key
    return ""
