"""What is in the account, whatever it is: every table of every service of moto is walked, so that nothing has to be
listed here to be found."""

import re

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel

# What AWS goes on showing of what is deleted.
GONE = {"deleted", "deleting", "terminated", "INACTIVE", "STOPPED", "DELETE_IN_PROGRESS"}
# What AWS has made, and what is a record of something past.
NOT_OURS = {"amis", "snapshots", "aws_managed_policies", "delegation_sets", "operations", "_commands"}


def inventory():
    """A line for each thing, sorted: region, service, table, name, and what else tells two accounts apart."""
    lines = set()
    for backends in list(BackendDict._instances):
        for account, region, backend in backends.iter_backends():
            where = region if account == DEFAULT_ACCOUNT_ID else f"{account} {region}"
            for table, name, thing in things(backend):
                lines.add(f"{where} {backends.service_name} {table} {name}{state_of(thing)}")
                lines.update(f"{where} {backends.service_name} {line}" for line in parts_of(table, name, thing))
            for group in getattr(backend, "schedule_groups", {}).values():
                lines.update(f"{where} scheduler schedules {schedule}" for schedule in group.schedules)
    return sorted(lines)


def things(backend):
    for table, content in list(vars(backend).items()):
        if table in NOT_OURS:
            continue
        for name, thing in flat(content):
            if ours(backend, name, thing):
                yield table, name, thing
    for rule in getattr(backend, "rehearsal_pull_through_cache_rules", {}):
        yield "pull_through_cache_rules", rule, None
    for query, asked in getattr(backend, "rehearsal_query_definitions", {}).items():
        yield "query_definitions", f"{query} {asked['name']}", None
    for kind in ("Group", "Rule"):
        for arn in getattr(backend, "rehearsal_xray", {}).get(kind, {}):
            yield kind.lower(), arn, None


def flat(content):
    """The names and the things of a table, whose entries may be tables themselves."""
    if isinstance(content, dict):
        for key, value in list(content.items()):
            if isinstance(value, BaseModel):
                yield from instances_of(key, value)
            elif isinstance(value, (dict, list)):
                yield from flat(value)
    elif isinstance(content, list):
        for value in content:
            if isinstance(value, BaseModel):
                yield getattr(value, "id", None) or getattr(value, "name", None) or type(value).__name__, value


def instances_of(name, thing):
    """A reservation of EC2 stays when its instances are terminated."""
    if type(thing).__name__ == "Reservation":
        yield from ((instance.id, instance) for instance in thing.instances)
    elif type(thing).__name__ == "TaskDefinition":
        yield f"{thing.family}:{thing.revision}", thing
    else:
        yield (thing.name if type(thing).__name__ == "Role" else name), thing


def status_of(thing):
    status = getattr(thing, "state", None) or getattr(thing, "status", None)
    return status if isinstance(status, str) else None


def state_of(thing):
    status = status_of(thing)
    counts = ""
    if type(thing).__name__ == "Service" and hasattr(thing, "desired_count"):
        counts = f" {thing.running_count} of {thing.desired_count} tasks of {thing.task_definition.split('/')[-1]}"
    return f" {status}{counts}" if status else ""


def ours(backend, name, thing):
    if status_of(thing) in GONE or re.search(":aws:policy/|^/aws/service/", str(name)):
        return False
    # Lists of prefixes, keys and groups which each account has.
    aliases = thing.aliases if type(thing).__name__ == "Key" else []
    if getattr(thing, "owner_id", None) == "AWS" or any(alias.startswith("alias/aws/") for alias in aliases):
        return False
    # Also ElastiCache's user, which the tagging API makes by looking for its clusters.
    if type(thing).__name__ in ("EventBus", "ScheduleGroup", "User") and name == "default":
        return False
    # AWS makes a default VPC in each region, with all that belongs to it.
    default = getattr(backend, "default_vpc", None)
    return default is None or default.id not in (getattr(thing, "vpc_id", None), getattr(thing, "id", None))


def parts_of(table, name, thing):
    if table == "route_tables":
        for route in thing.routes.values() if isinstance(thing.routes, dict) else thing.routes:
            target = route.gateway or route.nat_gateway or route.local and "local"
            destination = route.destination_cidr_block or getattr(route.destination_prefix_list, "id", None)
            yield f"routes {destination} to {getattr(target, 'id', target)} in {name}"
    if type(thing).__name__ == "SecurityGroup":
        for rule in [*thing.ingress_rules, *thing.egress_rules]:
            way = "egress" if rule.is_egress else "ingress"
            other = rule.ip_range.get("CidrIp") or rule.source_group.get("GroupId") or rule.prefix_list_id
            yield f"rules {way} {rule.ip_protocol} {rule.from_port} {rule.to_port} {other} in {name}"
    if table == "repositories":
        for image in thing.images:
            yield f"images {name}@{image.get_image_digest()} {' '.join(image.image_tags)}".rstrip()
    if table == "roles":
        for policy in [*thing.policies, *thing.managed_policies]:
            yield f"role_policies {policy} of {thing.name}"
