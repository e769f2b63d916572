"""Application Auto Scaling: deletions, and what it refuses."""

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.core.exceptions import JsonRESTError

from patching import patch


def as_not_found(delete):
    try:
        return delete()
    except AWSValidationException as error:
        raise JsonRESTError("ObjectNotFoundException", error.message) from error


# Stock: what is not there is a ValidationException, and the policies of a target stay.
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
@patch(ApplicationAutoscalingBackend)
def deregister_scalable_target(stock, self, namespace, r_id, dimension):
    as_not_found(lambda: stock(namespace, r_id, dimension))
    for policy in policies_of(self, namespace, r_id, dimension):
        self.delete_scaling_policy(policy.policy_name, namespace, r_id, dimension)


# Stock: what is not there is a ValidationException.
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html
@patch(ApplicationAutoscalingBackend)
def delete_scaling_policy(stock, self, *args, **kwargs):
    return as_not_found(lambda: stock(*args, **kwargs))


# Stock: a target takes two policies for a metric, and each change of a policy makes two more alarms, of which only the
# last are deleted with it. AWS's message is that of https://github.com/hashicorp/terraform-provider-aws/issues/41179
# https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
@patch(ApplicationAutoscalingBackend)
def put_scaling_policy(stock, self, **asked):
    of = (asked["service_namespace"], asked["resource_id"], asked["scalable_dimension"])
    others = [policy for policy in policies_of(self, *of) if policy.policy_name != asked["policy_name"]]
    for policy in others:
        if metric_of(policy._policy_body) == metric_of(asked["policy_body"]):
            message = "Only one TargetTrackingScaling policy for a given metric specification is allowed."
            raise AWSValidationException(message)
    changed = [policy for policy in policies_of(self, *of) if policy.policy_name == asked["policy_name"]]
    for policy in changed:
        policy.delete_alarms(self.account_id, self.region_name)
    return stock(**asked)


def metric_of(body):
    return (body or {}).get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")


def policies_of(self, namespace, resource_id, dimension):
    of = (namespace, resource_id, dimension)
    policies = list(self.policies.values())
    return [one for one in policies if (one.service_namespace, one.resource_id, one.scalable_dimension) == of]
