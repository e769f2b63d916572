"""A stand-in for AWS's CLI: `aws SERVICE OPERATION --OPTION VALUE ...` and `aws SERVICE wait ...`, with the names that
the CLI has, which it makes from the model that botocore has as well."""

import os
import sys

import boto3
from botocore import xform_name

service, operation, *words = sys.argv[1:]
waits = operation == "wait"
if waits:
    operation, *words = words
options = {}
for word in words:
    if word.startswith("--"):
        values = options.setdefault(word[2:], [])
    else:
        values.append(word)
client = boto3.client(service, region_name=(options.pop("region", None) or [os.environ["AWS_REGION"]])[0])
waiter = client.get_waiter(operation.replace("-", "_")) if waits else None
model = client.meta.service_model
called = waiter.config.operation if waits else next(n for n in model.operation_names if xform_name(n, "-") == operation)
request = {}
for name, member in model.operation_model(called).input_shape.members.items():
    values = options.pop(xform_name(name, "-"), None)
    if values is not None:
        request[name] = values if member.type_name == "list" else values[0] if values else True
# https://github.com/aws/aws-cli/blob/develop/awscli/customizations/ec2/secgroupsimplify.py
if "cidr" in options:
    protocol = options.pop("protocol")[0].replace("all", "-1")
    request["IpPermissions"] = [{"IpProtocol": protocol, "IpRanges": [{"CidrIp": options.pop("cidr")[0]}]}]
if options:
    sys.exit(f"aws {service} {operation}: unknown options {', '.join(options)}")
if waits:
    waiter.wait(**request, WaiterConfig={"Delay": 0.1})
else:
    getattr(client, xform_name(called))(**request)
