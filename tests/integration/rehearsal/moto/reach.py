"""What a task reaches from its subnet, as far as routes, gateways, endpoints and security groups decide it."""

import re

from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends

from ec2 import endpoints_of
from ecr import cache_rule_for, import_from_upstream, is_there


class Place:
    """Where a task is to run: one subnet, and the task's security groups."""

    def __init__(self, ecs, network):
        self.account, self.region = ecs.account_id, ecs.region_name
        self.ec2 = ec2_backends[self.account][self.region]
        configuration = network["awsvpcConfiguration"]
        self.subnets = configuration["subnets"]
        self.groups = configuration.get("securityGroups", [])

    def without_internet(self):
        """Why a task does not reach the internet, None where it does: a route to a NAT gateway which is available, one
        from there to an internet gateway, and a rule that lets the task out
        (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html)."""
        for subnet_id in self.subnets:
            route = self.default_route(subnet_id)
            gateway = route and route.nat_gateway
            if not gateway:
                return f"no route from {subnet_id} to a NAT gateway"
            if gateway.state != "available":
                return f"NAT gateway {gateway.id} is {gateway.state}"
            outer = self.default_route(gateway.subnet_id)
            if not (outer and outer.gateway and outer.gateway.vpc):
                return f"no route from {gateway.subnet_id} to an internet gateway"
        if not any(self.lets_out(group_id) for group_id in self.groups):
            return "no security group lets the task out to the internet"
        return None

    def default_route(self, subnet_id):
        vpc_id = self.ec2.get_subnet(subnet_id).vpc_id
        tables = [table for table in self.ec2.route_tables.values() if table.vpc_id == vpc_id]
        own = [table for table in tables if subnet_id in table._associations.values()]
        main = [table for table in tables if table.main_association_id]
        routes = [route for table in (own or main)[:1] for route in table.routes]
        return next((route for route in routes if route.destination_cidr_block == "0.0.0.0/0"), None)

    def lets_out(self, group_id):
        group = self.ec2.get_security_group_from_id(group_id)
        return any(
            rule.ip_range.get("CidrIp") == "0.0.0.0/0"
            and (rule.ip_protocol == "-1" or rule.from_port <= 443 <= rule.to_port)
            for rule in group.egress_rules
        )

    def missing(self, *services):
        """Those of these services which the task does not reach, neither by an endpoint nor by the internet."""
        if self.without_internet() is None:
            return []
        vpc_id = self.ec2.get_subnet(self.subnets[0]).vpc_id
        prefix = f"com.amazonaws.{self.region}."
        there = {endpoint.service_name.removeprefix(prefix) for endpoint in endpoints_of(self.ec2, vpc_id)}
        return [service for service in services if service not in there]


def start_failure(place, task_definition):
    """Why a task does not start, None when it does.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html"""
    for container in task_definition.container_definitions:
        reason = pull_failure(place, container["image"])
        if reason:
            return reason
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs" and place.missing("logs"):
            return "ResourceInitializationError: failed to validate logger args: no way to CloudWatch Logs"
    return None


def pull_failure(place, image):
    """Why a container's image is not pulled, None when it is."""
    registry = rf"{place.account}\.dkr\.ecr\.{place.region}\.amazonaws\.com"
    match = re.fullmatch(rf"{registry}/([^:@]+)(?::([^@]+))?(?:@(.+))?", image)
    if match is None:
        reason = place.without_internet()
        return reason and f"CannotPullContainerError: {image}: {reason}"
    missing = place.missing("ecr.api", "ecr.dkr", "s3")
    if missing:
        return f"ResourceInitializationError: unable to pull {image}: no way to {', '.join(missing)}"
    repository, tag, digest = match.groups()
    ecr = ecr_backends[place.account][place.region]
    if is_there(ecr, repository, tag, digest):
        return None
    # The first pull of an image through the cache needs the internet, an endpoint does not do.
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    reason = place.without_internet() if cache_rule_for(ecr, repository) else "not found"
    if reason is None:
        import_from_upstream(ecr, repository, tag)
    return reason and f"CannotPullContainerError: {image}: {reason}"
