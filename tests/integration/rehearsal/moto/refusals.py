"""What AWS refuses of a call that is right: too many calls, an action that is not allowed, a quota that is reached. Stock
moto takes every call. Codes, sentences and forms are AWS's."""

import json
import re
import uuid
from xml.sax.saxutils import escape

# The error by which a service turns calls away because there are too many.
# https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
# IAM, and the form of its errors: https://github.com/legion-platform/legion/issues/807
# https://docs.aws.amazon.com/xray/latest/api/API_CreateGroup.html#API_CreateGroup_Errors
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html#API_CreateSchedule_Errors
# The others, and the form of errors in JSON: https://github.com/iann0036/former2/issues/11
THROTTLED = {
    "ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."),
    "iam": ("Throttling", 400, "Rate exceeded"),
    "xray": ("ThrottledException", 429, "Rate exceeded"),
    "scheduler": ("ThrottlingException", 429, "Rate exceeded"),
}
THROTTLED_ELSEWHERE = ("ThrottlingException", 400, "Rate exceeded")

# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
# EC2, and the form of its errors: https://github.com/hashicorp/terraform-provider-aws/issues/34234
# ECS: https://github.com/doctorray117/minecraft-ondemand/issues/53
DENIED = {
    "ec2": ("UnauthorizedOperation", 403),
    "iam": ("AccessDenied", 403),
    "xray": ("AccessDeniedException", 403),
    "scheduler": ("AccessDeniedException", 403),
}
DENIED_ELSEWHERE = ("AccessDeniedException", 400)


def ec2_maximum(code, of):
    return (code, 400, f"The maximum number of {of} has been reached.")


# The codes of EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# Its sentence: https://github.com/terraform-aws-modules/terraform-aws-vpc/issues/429
# IAM: https://github.com/ansible/workshops/issues/1801
# CloudWatch Logs: https://github.com/SumoLogic/sumologic-aws-lambda/issues/109
# The others say in the list of errors of the action's page what the code means:
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
# https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html
# https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
# https://docs.aws.amazon.com/xray/latest/api/API_CreateSamplingRule.html
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
CLOUD_MAP = "The resource can't be created because you've reached the quota on the number of resources."
QUOTAS = {
    "ec2.AllocateAddress": ec2_maximum("AddressLimitExceeded", "addresses"),
    "ec2.AuthorizeSecurityGroupEgress": ec2_maximum("RulesPerSecurityGroupLimitExceeded", "rules per security group"),
    "ec2.AuthorizeSecurityGroupIngress": ec2_maximum("RulesPerSecurityGroupLimitExceeded", "rules per security group"),
    "ec2.CreateInternetGateway": ec2_maximum("InternetGatewayLimitExceeded", "internet gateways"),
    "ec2.CreateNatGateway": ec2_maximum("NatGatewayLimitExceeded", "NAT gateways"),
    "ec2.CreateRoute": ec2_maximum("RouteLimitExceeded", "routes"),
    "ec2.CreateRouteTable": ec2_maximum("RouteTableLimitExceeded", "route tables"),
    "ec2.CreateSecurityGroup": ec2_maximum("SecurityGroupLimitExceeded", "security groups"),
    "ec2.CreateSubnet": ec2_maximum("SubnetLimitExceeded", "subnets"),
    "ec2.CreateVpc": ec2_maximum("VpcLimitExceeded", "VPCs"),
    "ec2.CreateVpcEndpoint": ec2_maximum("VpcEndpointLimitExceeded", "VPC endpoints"),
    "ec2.RunInstances": (
        "VcpuLimitExceeded",
        400,
        "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that "
        "the specified instance type belongs to.",
    ),
    "iam.CreateInstanceProfile": ("LimitExceeded", 409, "Cannot exceed quota for InstanceProfilesPerAccount: 1000"),
    "iam.CreateRole": ("LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000"),
    "ecr.CreateRepository": (
        "LimitExceededException",
        400,
        "The operation did not succeed because it would have exceeded a service limit for your account.",
    ),
    "ecr.CreatePullThroughCacheRule": (
        "LimitExceededException",
        400,
        "The operation did not succeed because it would have exceeded a service limit for your account.",
    ),
    "logs.CreateLogGroup": ("LimitExceededException", 400, "Resource limit exceeded."),
    "servicediscovery.CreatePrivateDnsNamespace": ("ResourceLimitExceeded", 400, CLOUD_MAP),
    "servicediscovery.CreateService": ("ResourceLimitExceeded", 400, CLOUD_MAP),
    "application-autoscaling.RegisterScalableTarget": (
        "LimitExceededException",
        400,
        "A per-account resource limit is exceeded.",
    ),
    "xray.CreateSamplingRule": (
        "RuleLimitExceededException",
        400,
        "You have reached the maximum number of sampling rules.",
    ),
    "scheduler.CreateSchedule": (
        "ServiceQuotaExceededException",
        402,
        "The request exceeds a service quota.",
    ),
}

READING = re.compile(r"(Describe|Get|List|BatchGet|BatchCheck)")
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
SCHEDULES = {"POST": "CreateSchedule", "PUT": "UpdateSchedule", "DELETE": "DeleteSchedule"}


class Refused:
    """What is to be refused, and what has been since that was said."""

    rules = []
    calls = []


def refuse_from_now_on(rules):
    """@return the calls that were refused by the rules until now."""
    calls = Refused.calls
    Refused.rules, Refused.calls = rules, []
    return calls


def called_action(environ, body):
    """Service and action, such as `ec2.CreateVpc`."""
    scope = re.search(r"Credential=[^/]*/[^/]*/[^/]*/([^/]*)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = scope.group(1) if scope else ""
    in_body = re.search(rb"(?:^|&)Action=(\w+)", body)
    if environ.get("HTTP_X_AMZ_TARGET"):
        action = environ["HTTP_X_AMZ_TARGET"].split(".")[-1]
    elif in_body:
        action = in_body.group(1).decode()
    elif service == "scheduler":
        action = SCHEDULES.get(environ["REQUEST_METHOD"], "GetSchedule")
    else:
        action = environ["PATH_INFO"].split("/")[-1]
    return f"{service}.{action}"


def refusal_of(environ, body):
    """Status, headers and body of the answer to a call that is refused; None for one that is not."""
    called = called_action(environ, body)
    for rule in Refused.rules:
        if applies(rule, called, environ.get("HTTP_USER_AGENT", "")):
            code, status, message = error_of(rule["as"], called)
            Refused.calls.append({**rule, "action": called, "code": code, "message": message})
            return answer(called.split(".")[0], environ, code, status, message)
    return None


def applies(rule, called, agent):
    if rule["as"] == "throttled":
        # The client is to call again, so only the first call of each action that changes something is refused.
        is_repeated = any(call["action"] == called for call in Refused.calls)
        return not is_repeated and not READING.match(called.split(".")[1])
    return rule["action"] == called and rule.get("by", "") in agent


def error_of(kind, called):
    service, action = called.split(".")
    if kind == "throttled":
        return THROTTLED.get(service, THROTTLED_ELSEWHERE)
    if kind == "quota":
        return QUOTAS[called]
    code, status = DENIED.get(service, DENIED_ELSEWHERE)
    name = f"{service}:{action}"
    said = "You are not authorized to perform this operation. " if service == "ec2" else ""
    user = "User: arn:aws:iam::123456789012:user/deployer"
    reason = f"because no identity-based policy allows the {name} action"
    return code, status, f"{said}{user} is not authorized to perform: {name} {reason}"


def answer(service, environ, code, status, message):
    request = str(uuid.uuid4())
    if service in ("ec2", "iam"):
        headers = [("Content-Type", "text/xml")]
        error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        if service == "ec2":
            text = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request}</RequestID></Response>"
        else:
            opening = '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            error = f"<Error><Type>Sender</Type>{error}</Error>"
            text = f"{opening}{error}<RequestId>{request}</RequestId></ErrorResponse>"
    else:
        headers = [("Content-Type", environ.get("CONTENT_TYPE") or "application/json")]
        headers += [("x-amzn-RequestId", request), ("x-amzn-ErrorType", code)]
        text = json.dumps({"__type": code, "message": message, "Message": message})
    return f"{status} Refused", headers, text.encode()
