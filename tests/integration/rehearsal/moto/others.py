"""Application Auto Scaling, Cloud Map and Systems Manager."""

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends
from moto.servicediscovery.models import ServiceDiscoveryBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from ec2 import endpoints_of
from ecs import stop_all_but
from patching import kept, patch


# Stock: tags are forgotten, and asking for them is HTTP 500.
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html
@patch(ApplicationAutoScalingResponse)
def register_scalable_target(stock, self):
    answer = stock()
    tags = self._get_param("Tags")
    if tags:
        kept(self.applicationautoscaling_backend, "tags")[json.loads(answer)["ScalableTargetARN"]] = tags
    bring_into_range(self)
    return answer


def bring_into_range(call):
    """Stock: a service keeps its number of tasks.
    https://docs.aws.amazon.com/autoscaling/application/userguide/getting-started.html"""
    resource = call._get_param("ResourceId")
    target = call.applicationautoscaling_backend.targets[call._get_param("ScalableDimension")][resource]
    _, cluster, name = resource.split("/")
    [service], _ = call.applicationautoscaling_backend.ecs_backend.describe_services(cluster, [name])
    service.desired_count = min(max(service.desired_count, target.min_capacity), target.max_capacity)
    stop_all_but(service, service.desired_count)


@patch(ApplicationAutoScalingResponse)
def list_tags_for_resource(stock, self):
    tags = kept(self.applicationautoscaling_backend, "tags").get(self._get_param("ResourceARN"), {})
    return json.dumps({"Tags": tags})


def namespace_of(namespace_id, dns_config):
    """A service names its namespace in one of two places.
    https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html"""
    return namespace_id or (dns_config or {}).get("NamespaceId")


# Stock: a namespace goes with its services, and its hosted zone stays.
# https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html
@patch(ServiceDiscoveryBackend)
def delete_namespace(stock, self, namespace_id):
    services = self.services.values()
    if any(namespace_of(service.namespace_id, service.dns_config) == namespace_id for service in services):
        raise JsonRESTError("ResourceInUse", f"Namespace {namespace_id} has associated services")
    zone = self.get_namespace(namespace_id).dns_properties.get("HostedZoneId", "")
    route53_backends[self.account_id]["aws"].zones.pop(zone.replace("/hostedzone/", ""), None)
    return stock(namespace_id)


# Stock: two services of a namespace may have the same name.
# https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html
@patch(ServiceDiscoveryBackend)
def create_service(stock, self, **asked):
    namespace = namespace_of(asked["namespace_id"], asked["dns_config"])
    for service in self.services.values():
        same = namespace_of(service.namespace_id, service.dns_config) == namespace
        if same and service.name.lower() == asked["name"].lower():
            raise JsonRESTError("ServiceAlreadyExists", f"Service {asked['name']} already exists: {service.id}")
    return stock(**asked)


# Stock: not implemented. An agent is online when its instance runs and reaches Systems Manager.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html
@patch(SimpleSystemManagerResponse)
def describe_instance_information(stock, self):
    ec2 = ec2_backends[self.current_account][self.region]
    filters = {entry["Key"]: entry["Values"] for entry in self._get_param("Filters") or []}
    wanted = filters.get("InstanceIds")
    found = []
    for reservation in ec2.reservations.values():
        for instance in reservation.instances:
            services = [endpoint.service_name.split(".")[-1] for endpoint in endpoints_of(ec2, instance.vpc_id)]
            online = instance.state == "running" and {"ssm", "ssmmessages"} <= set(services)
            if online and (wanted is None or instance.id in wanted):
                found.append({"InstanceId": instance.id, "PingStatus": "Online", "AgentVersion": "3.3.3050.0"})
    return ActionResult({"InstanceInformationList": found})


# Stock: commands put nothing out. The load client's is to print the version of Apache Bench.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
@patch(SimpleSystemManagerResponse)
def get_command_invocation(stock, self):
    asked = {"CommandId": self._get_param("CommandId"), "InstanceId": self._get_param("InstanceId")}
    output = "This is ApacheBench, Version 2.3 <$Revision: 1923142 $>\n"
    status = {"Status": "Success", "StatusDetails": "Success", "ResponseCode": 0}
    return ActionResult({**asked, **status, "StandardOutputContent": output})
