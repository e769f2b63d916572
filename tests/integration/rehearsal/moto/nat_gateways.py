"""EC2: what a NAT gateway and its address go through."""

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_ip_addresses import ElasticAddressBackend
from moto.ec2.models.internet_gateways import InternetGatewayBackend
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.route_tables import RouteBackend
from moto.ec2.responses.nat_gateways import NatGateways
from moto.ec2.utils import is_tag_filter, tag_filter_matches

from ec2 import refuse
from patching import kept, looked_at, patch, start_over

# How often a NAT gateway is described as pending, and as deleting.
LOOKS = 2


# Stock: a NAT gateway is available at once, and a ClientToken makes a second one.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
# https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
@patch(NatGateways)
def create_nat_gateway(stock, self):
    token = self._get_param("ClientToken")
    asked = (self._get_param("SubnetId"), self._get_param("AllocationId"))
    tokens = kept(self.ec2_backend, "nat_gateway_tokens")
    if token in tokens:
        gateway, first = tokens[token]
        if first != asked:
            refuse("IdempotentParameterMismatch", "The same client token was used with other parameters")
        return ActionResult({"NatGateway": gateway, "ClientToken": token})
    answer = stock()
    gateway = list(self.ec2_backend.nat_gateways.values())[-1]
    gateway.state = "pending"
    if token:
        tokens[token] = (gateway, asked)
    return answer


# Stock: gone at once, and its network interface stays; HTTP 500 for an id that does not exist.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html
@patch(NatGatewayBackend)
def delete_nat_gateway(stock, self, nat_gateway_id):
    gateway = self.nat_gateways.get(nat_gateway_id)
    if gateway is None or gateway.state == "deleted":
        refuse("NatGatewayNotFound", f"NatGateway {nat_gateway_id} was not found")
    if gateway.state != "deleting":
        gateway.state = "deleting"
        start_over(gateway)
    return gateway


# Stock: filters by tag let everything pass, and an unknown id is no error.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html
@patch(NatGatewayBackend)
def describe_nat_gateways(stock, self, filters, nat_gateway_ids):
    for wanted in nat_gateway_ids or []:
        if wanted not in self.nat_gateways:
            refuse("NatGatewayNotFound", f"NatGateway {wanted} was not found")
    for gateway in self.nat_gateways.values():
        advance(self, gateway)
    by_tag = {name: values for name, values in (filters or {}).items() if is_tag_filter(name)}
    return [
        gateway
        for gateway in stock(filters, nat_gateway_ids)
        if all(tag_filter_matches(gateway, name, values) for name, values in by_tag.items())
    ]


def advance(ec2, gateway):
    if gateway.state == "pending" and looked_at(gateway, LOOKS):
        gateway.state = "available"
    elif gateway.state == "deleting" and looked_at(gateway, LOOKS):
        gateway.state = "deleted"
        ec2.enis.pop(gateway._eni.id, None)
        for address in gateway.address_set:
            if address.get("associationId"):
                ec2.disassociate_address(association_id=address["associationId"])


# Stock: an address can be released while a NAT gateway uses it.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
@patch(ElasticAddressBackend)
def release_address(stock, self, address=None, allocation_id=None):
    for gateway in self.nat_gateways.values():
        used = any(held.get("allocationId") == allocation_id for held in gateway.address_set)
        if allocation_id and used and gateway.state != "deleted":
            refuse("InvalidIPAddress.InUse", f"Address {allocation_id} is in use.")
    return stock(address=address, allocation_id=allocation_id)


# Stock: a VPC may have two internet gateways.
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
@patch(InternetGatewayBackend)
def attach_internet_gateway(stock, self, internet_gateway_id, vpc_id):
    if any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in self.internet_gateways.values()):
        refuse("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
    return stock(internet_gateway_id, vpc_id)


# Stock: a route may lead to a NAT gateway that does not exist, and to gateways of another VPC.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
@patch(RouteBackend)
def create_route(stock, self, route_table_id, *args, gateway_id=None, nat_gateway_id=None, **asked):
    if nat_gateway_id and nat_gateway_id not in self.nat_gateways:
        refuse("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat_gateway_id}' does not exist")
    if (gateway_id or "").startswith("igw-"):
        gateway, table = self.get_internet_gateway(gateway_id), self.get_route_table(route_table_id)
        if not gateway.vpc or gateway.vpc.id != table.vpc_id:
            message = f"route table {route_table_id} and network gateway {gateway_id} belong to different networks"
            refuse("InvalidParameterValue", message)
    return stock(route_table_id, *args, gateway_id=gateway_id, nat_gateway_id=nat_gateway_id, **asked)


# Stock: an internet gateway can be detached under a NAT gateway.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html
@patch(InternetGatewayBackend)
def detach_internet_gateway(stock, self, internet_gateway_id, vpc_id):
    if any(gateway.vpc_id == vpc_id and gateway.state != "deleted" for gateway in self.nat_gateways.values()):
        refuse("DependencyViolation", f"Network {vpc_id} has some mapped public address(es).")
    return stock(internet_gateway_id, vpc_id)
