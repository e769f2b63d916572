"""ECS: services come up, or say why not, and one-off tasks end."""

import math
import uuid

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import EC2ContainerServiceBackend, Service
from moto.ecs.responses import EC2ContainerServiceResponse

from patching import looked_at, patch, start_over
from reach import Place, start_failure

# What moto forgets of a service; AWS answers with it.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
FORGOTTEN = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "capacityProviderStrategy": "capacity_provider_strategy",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
}
# Failed tasks after which the circuit breaker gives a deployment up.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
THRESHOLD = 3


def remember(self, service):
    for parameter, attribute in FORGOTTEN.items():
        value = self._get_param(parameter)
        if value is not None:
            setattr(service, attribute, value)


def wanted_by(service):
    """What makes a new deployment when it changes."""
    return (service.task_definition, str(service.network_configuration))


@patch(EC2ContainerServiceResponse)
def create_service(stock, self):
    answer = stock()
    service = answer.result["service"]
    remember(self, service)
    service.rehearsal_deployed = wanted_by(service)
    return answer


# Stock: another task definition or network is no new deployment, and another number of tasks runs at once.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
@patch(EC2ContainerServiceResponse)
def update_service(stock, self):
    answer = stock()
    service = answer.result["service"]
    remember(self, service)
    definition = self.ecs_backend.describe_task_definition(service.task_definition)
    service.task_definition = definition.arn
    if wanted_by(service) != service.rehearsal_deployed or self._get_param("forceNewDeployment"):
        service.rehearsal_deployed = wanted_by(service)
        start_over(service)
        for deployment in service.deployments:
            deployment["status"] = "ACTIVE"
        service.deployments.insert(0, new_deployment(service))
        stop_all_but(service, least_tasks(service))
    stop_all_but(service, service.desired_count)
    return answer


def least_tasks(service):
    """How many tasks ECS leaves a service during a deployment: it may stop the others before it starts new ones, so here
    it does (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html)."""
    percent = getattr(service, "deployment_configuration", {}).get("minimumHealthyPercent", 100)
    return math.ceil(service.desired_count * percent / 100)


def stop_all_but(service, most):
    """Stops tasks, those of the oldest deployment first, until this many are left."""
    left = most
    for deployment in service.deployments:
        deployment["runningCount"] = min(deployment["runningCount"], left)
        left -= deployment["runningCount"]
    service.running_count = most - left


def new_deployment(service):
    now = utcnow()
    return {
        **service.deployments[0],
        "id": f"ecs-svc/{uuid.uuid4().int % 10**19}",
        "status": "PRIMARY",
        "taskDefinition": service.task_definition,
        "networkConfiguration": service.network_configuration,
        "desiredCount": service.desired_count,
        "pendingCount": service.desired_count,
        "runningCount": 0,
        "failedTasks": 0,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": "ECS deployment in progress.",
        "createdAt": now,
        "updatedAt": now,
    }


# Stock: a service runs what an environment variable says, whether its tasks can start or not.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
@patch(EC2ContainerServiceResponse)
def describe_services(stock, self):
    answer = stock()
    for service in answer.result["services"]:
        if service.status == "ACTIVE" and service.deployments and looked_at(service, 1):
            deploy(self.ecs_backend, service)
    return answer


def deploy(ecs, service):
    primary = service.deployments[0]
    if primary["rolloutState"] == "FAILED":
        return
    if primary["rolloutState"] != "COMPLETED":
        definition = ecs.describe_task_definition(service.task_definition)
        reason = start_failure(Place(ecs, service.network_configuration), definition)
        if reason:
            primary["failedTasks"] += 1
            primary["rolloutStateReason"] = reason
            add_event(service, f"(service {service.name}) was unable to start a task: {reason}")
            breaker = getattr(service, "deployment_configuration", {}).get("deploymentCircuitBreaker", {})
            if breaker.get("enable") and primary["failedTasks"] >= THRESHOLD:
                primary["rolloutState"] = "FAILED"
            return
        add_event(service, f"(service {service.name}) has reached a steady state.")
    service.deployments = [primary]
    service.running_count, service.pending_count = service.desired_count, 0
    primary.update(
        desiredCount=service.desired_count,
        runningCount=service.desired_count,
        pendingCount=0,
        rolloutState="COMPLETED",
        rolloutStateReason="ECS deployment completed.",
    )


def add_event(service, message):
    service.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": utcnow(), "message": message})


# Stock: security groups are required.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
@patch(Service)
def _validate_network(stock, self, configuration):
    configuration.get("awsvpcConfiguration", {}).setdefault("securityGroups", [])
    return stock(configuration)


# Stock: a cluster goes with its services.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
@patch(EC2ContainerServiceBackend)
def delete_cluster(stock, self, cluster_str):
    cluster = self._get_cluster(cluster_str)
    if any(service.cluster_arn == cluster.arn and service.status == "ACTIVE" for service in self.services.values()):
        message = "The Cluster cannot be deleted while Services are active."
        raise JsonRESTError("ClusterContainsServicesException", message)
    return stock(cluster_str)


# Stock: HTTP 500 where a container has no memory of its own, which the task's may give.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
EC2ContainerServiceBackend._calculate_task_resource_requirements = staticmethod(
    lambda task_definition: {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}
)


# Stock: a task never runs, its containers have no names, and its network interface stays.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
@patch(EC2ContainerServiceResponse)
def describe_tasks(stock, self):
    tasks = self.ecs_backend.describe_tasks(self._get_param("cluster", "default"), self._get_param("tasks", []))
    return ActionResult({"tasks": [described(self.ecs_backend, task) for task in tasks], "failures": []})


def described(ecs, task):
    definition = ecs.describe_task_definition(task.task_definition_arn)
    names = [container["name"] for container in definition.container_definitions]
    if not hasattr(task, "rehearsal_end") and looked_at(task, 1):
        task.rehearsal_end = end(ecs, task, definition, names)
    pending = [{"name": name, "lastStatus": "PENDING"} for name in names]
    return {
        "taskArn": task.task_arn,
        "clusterArn": task.cluster_arn,
        "taskDefinitionArn": task.task_definition_arn,
        "launchType": "FARGATE",
        "startedBy": task.started_by,
        "lastStatus": "PENDING",
        "desiredStatus": "RUNNING",
        "containers": pending,
        **getattr(task, "rehearsal_end", {}),
    }


def end(ecs, task, definition, names):
    """How a task ends: the container whose command the caller replaces is the one that ends by itself. It asks for
    X-Ray, so it succeeds where X-Ray is reached."""
    place = Place(ecs, task.network_configuration)
    failure = start_failure(place, definition)
    task.status = "STOPPED"
    interfaces = ec2_backends[ecs.account_id][ecs.region_name].enis
    for attachment in task.attachments:
        for detail in attachment["details"]:
            interfaces.pop(detail["value"], None)
    stopped = {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"}
    if failure:
        containers = [{"name": name, "lastStatus": "STOPPED"} for name in names]
        return {**stopped, "stopCode": "TaskFailedToStart", "stoppedReason": failure, "containers": containers}
    replaced = {override["name"] for override in task.overrides.get("containerOverrides", [])}
    code = 1 if place.missing("xray") else 0
    reason = {"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}
    exit_codes = {name: code if name in replaced else 143 for name in names}
    containers = [{"name": name, "lastStatus": "STOPPED", "exitCode": exit_codes[name]} for name in names]
    return {**stopped, **reason, "containers": containers}
