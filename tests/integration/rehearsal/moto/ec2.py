"""EC2: what AWS refuses to delete or to have twice, and what moto answers otherwise."""

from moto.ec2.exceptions import EC2ClientError, InvalidSecurityGroupRuleIdNotFoundError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.iam_instance_profile import IamInstanceProfileAssociationBackend
from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.responses.instances import InstanceResponse
from moto.ecs.models import ecs_backends

from patching import patch


def refuse(code, message):
    raise EC2ClientError(code, message)


def endpoints_of(ec2, vpc_id):
    return [
        endpoint
        for endpoint in ec2.vpc_end_points.values()
        if endpoint.vpc_id == vpc_id and endpoint.state not in ("deleted", "deleting")
    ]


def places_of_services(ec2):
    """Where the tasks of ECS services have their network interfaces, which moto does not make."""
    for service in ecs_backends[ec2.account_id][ec2.region_name].services.values():
        if service.status == "ACTIVE" and service.network_configuration:
            yield service.name, service.network_configuration["awsvpcConfiguration"]


# Stock: a subnet goes with all that is in it.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html
@patch(SubnetBackend)
def delete_subnet(stock, self, subnet_id):
    users = [interface.id for interface in self.enis.values() if interface.subnet.id == subnet_id]
    users += [name for name, place in places_of_services(self) if subnet_id in place["subnets"]]
    if users:
        message = f"The subnet '{subnet_id}' has dependencies and cannot be deleted. ({', '.join(users)})"
        refuse("DependencyViolation", message)
    return stock(subnet_id)


# Stock: a security group can be deleted while something is in it or another group's rule names it.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
@patch(SecurityGroupBackend)
def _delete_security_group(stock, self, vpc_id, group_id):
    users = [e.id for e in endpoints_of(self, vpc_id) if group_id in (e.security_group_ids or [])]
    users += [name for name, place in places_of_services(self) if group_id in place.get("securityGroups", [])]
    users += [e.id for e in self.enis.values() if group_id in [group.id for group in e.group_set]]
    for other in self.groups[vpc_id].values():
        rules = [*other.ingress_rules, *other.egress_rules]
        if other.id != group_id and any(rule.source_group.get("GroupId") == group_id for rule in rules):
            users.append(other.id)
    if users:
        refuse("DependencyViolation", f"resource {group_id} has a dependent object ({', '.join(users)})")
    return stock(vpc_id, group_id)


# Stock: a VPC goes with its internet gateway, its endpoints and its security groups, and its network ACL stays.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
@patch(VPCBackend)
def delete_vpc(stock, self, vpc_id):
    users = [gateway.id for gateway in self.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
    users += [endpoint.id for endpoint in endpoints_of(self, vpc_id)]
    users += [group.id for group in self.groups.get(vpc_id, {}).values() if group.name != "default"]
    if users:
        message = f"The vpc '{vpc_id}' has dependencies and cannot be deleted. ({', '.join(users)})"
        refuse("DependencyViolation", message)
    for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id and acl.default]:
        del self.network_acls[acl.id]
    return stock(vpc_id)


def one_subnet_a_zone(ec2, subnet_ids):
    """Stock: any subnets. https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"""
    zones = set()
    for subnet_id in subnet_ids:
        zone = ec2.get_subnet(subnet_id).availability_zone
        if zone in zones:
            message = f"Found another VPC endpoint subnet in the availability zone of {subnet_id}."
            refuse("DuplicateSubnetsInSameZone", message)
        zones.add(zone)


# Stock: a VPC may have a service's private name twice. AWS's message is that of
# https://repost.aws/knowledge-center/vpc-interface-endpoint-domain-conflict
@patch(VPCBackend)
def create_vpc_endpoint(stock, self, **asked):
    vpc_id, service = asked["vpc_id"], asked["service_name"]
    if (asked["endpoint_type"] or "Gateway") == "Interface":
        one_subnet_a_zone(self, asked["subnet_ids"])
        same = [endpoint for endpoint in endpoints_of(self, vpc_id) if endpoint.service_name == service]
        if asked["private_dns_enabled"] and any(endpoint.private_dns_enabled for endpoint in same):
            _, _, region, *parts = service.split(".")
            name = ".".join([*reversed(parts), region, "amazonaws.com"])
            message = f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {name}"
            refuse("InvalidParameter", f"{message} in the VPC {vpc_id}")
    return stock(**asked)


# Stock: an error when the routes of a gateway endpoint are gone because it is deleted already.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
@patch(VPCBackend)
def delete_vpc_endpoints(stock, self, vpce_ids):
    there = [id for id in vpce_ids if id in self.vpc_end_points and self.vpc_end_points[id].state != "deleted"]
    return stock(there)


# Stock: the network interfaces of an endpoint stay as they are when its subnets change.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
@patch(VPCBackend)
def modify_vpc_endpoint(stock, self, vpc_id, **changes):
    endpoint = self.vpc_end_points[vpc_id]
    stock(vpc_id=vpc_id, **changes)
    if endpoint.vpc_endpoint_type.lower() == "interface":
        one_subnet_a_zone(self, endpoint.subnet_ids)
        had = {self.enis[id].subnet.id: id for id in endpoint.network_interface_ids if id in self.enis}
        for subnet_id in set(had) - set(endpoint.subnet_ids):
            self.enis.pop(had.pop(subnet_id))
        for subnet_id in set(endpoint.subnet_ids) - set(had):
            had[subnet_id] = self.create_network_interface(subnet_id, None).id
        endpoint.network_interface_ids = list(had.values())


# Stock: the network interface of a terminated instance stays.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html
@patch(InstanceBackend)
def terminate_instances(stock, self, instance_ids):
    terminated = stock(instance_ids)
    for instance, _ in terminated:
        for interface in instance.nics.values():
            self.enis.pop(interface.id, None)
    return terminated


# Stock: the instance goes on naming the profile before.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html
@patch(IamInstanceProfileAssociationBackend)
def replace_iam_instance_profile_association(stock, self, *args, **asked):
    association = stock(*args, **asked)
    profile = {"Arn": association.iam_instance_profile.arn, "Id": association.association_id}
    self.modify_instance_attribute(association.instance.id, "iam_instance_profile", profile)
    return association


# Stock: "false" for a public address is taken for true, and the instance does not learn its security groups.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceSpecification.html
@patch(Instance)
def prep_nics(stock, self, nic_spec, **kwargs):
    for spec in nic_spec:
        wish = spec.get("AssociatePublicIpAddress")
        if wish is not None:
            spec["AssociatePublicIpAddress"] = str(wish).lower() == "true"
            self.associate_public_ip = kwargs["associate_public_ip"] = spec["AssociatePublicIpAddress"]
    stock(nic_spec, **kwargs)
    if 0 in self.nics and not self.security_groups:
        self.security_groups.extend(self.nics[0]._group_set)


# Stock: a root volume needs a size. AWS takes that of the image.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
stock_validation = InstanceResponse._validate_block_device_mapping


def with_size(mapping):
    if "Ebs" in mapping and not mapping["Ebs"].get("SnapshotId"):
        mapping["Ebs"].setdefault("VolumeSize", 8)
    stock_validation(mapping)


InstanceResponse._validate_block_device_mapping = staticmethod(with_size)

# Stock: an interface without a public address has an empty association, which reads as if it had one.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
stock_association = NetworkInterface.association.fget
NetworkInterface.association = property(lambda self: stock_association(self) or None)
# Stock: HTTP 500 in a VPC without DNS host names.
NetworkInterface.private_dns_name = ""


# Stock: only rules for an IPv4 range have a description.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
@patch(SecurityGroupRule)
def __init__(stock, self, *args, **kwargs):
    stock(*args, **kwargs)
    prefix_list = kwargs.get("prefix_list_id") or (args[7] if len(args) > 7 else None) or {}
    self.rehearsal_prefix_list = prefix_list


SecurityGroupRule.description = property(
    lambda self: self.ip_range.get("Description")
    or self.source_group.get("Description")
    or self.rehearsal_prefix_list.get("Description")
)


# Stock: a rule that is gone is an unknown permission. The provider takes only AWS's own answer for "deleted already".
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
@patch(SecurityGroupBackend)
def revoke_security_group_ingress(stock, self, *args, **asked):
    refuse_unknown_rules(self, asked)
    return stock(*args, **asked)


@patch(SecurityGroupBackend)
def revoke_security_group_egress(stock, self, *args, **asked):
    refuse_unknown_rules(self, asked)
    return stock(*args, **asked)


def refuse_unknown_rules(ec2, asked):
    groups = [group for groups in ec2.groups.values() for group in groups.values()]
    known = {rule.id for group in groups for rule in [*group.ingress_rules, *group.egress_rules]}
    for id in asked.get("security_rule_ids") or []:
        if id not in known:
            raise InvalidSecurityGroupRuleIdNotFoundError(id)
