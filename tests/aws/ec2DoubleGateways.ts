import { must } from "./awsProtocol";
import type { Ec2Account, NatGateway } from "./ec2DoubleAccount";
import { type Action, type Ec2Request, ok, tagSet, type XmlValue } from "./ec2DoubleRequest";

function natGatewayXml(id: string, gateway: NatGateway, account: Ec2Account): XmlValue {
  const { allocationId, tags, ...facts } = gateway;
  const { publicIp } = account.objects.addresses[allocationId] ?? {};
  return { natGatewayId: id, ...facts, natGatewayAddressSet: [{ allocationId, publicIp }], tagSet: tagSet(tags) };
}

/** The internet gateway of a call, and the VPC it is about. */
function internetGatewayIn(account: Ec2Account, request: Ec2Request) {
  const [id, vpcId] = [request.get("InternetGatewayId"), request.get("VpcId")];
  return { id, vpcId, gateway: account.get("internetGateways", id, "InvalidInternetGatewayID.NotFound") };
}

/** Internet gateways, Elastic IP addresses and NAT gateways. */
export const gatewayActions: Record<string, Action> = {
  CreateInternetGateway(account, request) {
    const tags = request.tags("internet-gateway");
    const id = account.newId("igw");
    account.add("internetGateways", id, { tags });
    return { internetGateway: { internetGatewayId: id, attachmentSet: [], tagSet: tagSet(tags) } };
  },

  AttachInternetGateway(account, request) {
    const { id, vpcId, gateway } = internetGatewayIn(account, request);
    must(account.objects.vpcs.includes(vpcId), "InvalidVpcID.NotFound", `The vpc ID '${vpcId}' does not exist`);
    const attached = `resource ${id} is already attached to network ${gateway.vpcId}`;
    must(gateway.vpcId === undefined, "Resource.AlreadyAssociated", attached);
    const free = Object.values(account.objects.internetGateways).every((other) => other.vpcId !== vpcId);
    must(free, "InvalidParameterValue", `Network ${vpcId} already has an internet gateway attached`);
    gateway.vpcId = vpcId;
    account.attach(gateway);
    return ok;
  },

  DetachInternetGateway(account, request) {
    const { id, vpcId, gateway } = internetGatewayIn(account, request);
    must(gateway.vpcId === vpcId, "Gateway.NotAttached", `resource ${id} is not attached to network ${vpcId}`);
    const mapped = [...account.inUse.values()].some((user) => account.objects.natGateways[user]?.vpcId === vpcId);
    must(!mapped, "DependencyViolation", `Network ${vpcId} has some mapped public address(es).`);
    delete gateway.vpcId;
    return ok;
  },

  DeleteInternetGateway(account, request) {
    const { id, gateway } = internetGatewayIn(account, request);
    const attached = `The internetGateway '${id}' has dependencies and cannot be deleted.`;
    must(gateway.vpcId === undefined, "DependencyViolation", attached);
    delete account.objects.internetGateways[id];
    return ok;
  },

  DescribeInternetGateways(account, request) {
    const found = account.select("internetGateways", request.filters(), ({ vpcId = "" }) => ({
      "attachment.vpc-id": vpcId,
    }));
    return {
      internetGatewaySet: found.map(([id, { vpcId, attaching, tags }]) => ({
        internetGatewayId: id,
        attachmentSet: vpcId === undefined ? [] : [{ vpcId, state: attaching ? "attaching" : "available" }],
        tagSet: tagSet(tags),
      })),
    };
  },

  AllocateAddress(account, request) {
    must(request.get("Domain") === "vpc", "InvalidParameterValue", "EC2-Classic is gone");
    const tags = request.tags("elastic-ip");
    const id = account.newId("eipalloc");
    const publicIp = `203.0.113.${Number.parseInt(id.slice(-2), 16)}`;
    account.add("addresses", id, { publicIp, tags });
    return { allocationId: id, publicIp, domain: "vpc" };
  },

  ReleaseAddress(account, request) {
    const id = request.get("AllocationId");
    const { publicIp } = account.get("addresses", id, "InvalidAllocationID.NotFound");
    must(!account.inUse.has(id), "InvalidIPAddress.InUse", `Address ${publicIp} is in use.`);
    delete account.objects.addresses[id];
    return ok;
  },

  DescribeAddresses(account, request) {
    const found = account.select("addresses", request.filters(), (_address, id) => ({ "allocation-id": id }));
    return {
      addressesSet: found.map(([id, { publicIp, tags }]) => ({
        allocationId: id,
        publicIp,
        domain: "vpc",
        associationId: account.inUse.has(id) ? `eipassoc-${id.slice(9)}` : undefined,
        tagSet: tagSet(tags),
      })),
    };
  },

  CreateNatGateway(account, request) {
    const [subnetId, allocationId] = [request.get("SubnetId"), request.get("AllocationId")];
    const token = request.get("ClientToken");
    const tags = request.tags("natgateway");
    const parameters = JSON.stringify([subnetId, allocationId, tags]);
    const before = account.tokens.get(token);
    if (before !== undefined) {
      const same = before.parameters === parameters;
      must(same, "IdempotentParameterMismatch", "The same client token was used with other parameters");
      // The answer of the first call, also when AWS no longer shows what that made.
      const made = account.objects.natGateways[before.id];
      const first = { natGatewayId: before.id, state: "pending" };
      return { natGateway: made === undefined ? first : natGatewayXml(before.id, made, account), clientToken: token };
    }
    const vpcId = account.objects.subnets[subnetId];
    must(vpcId !== undefined, "InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
    account.get("addresses", allocationId, "InvalidAllocationID.NotFound");
    const id = account.newId("nat");
    const gateway: NatGateway = { vpcId, subnetId, allocationId, state: "pending", tags };
    account.add("natGateways", id, gateway);
    account.tokens.set(token, { parameters, id });
    if (account.inUse.has(allocationId)) {
      // The call is taken, and the gateway fails: https://github.com/hashicorp/terraform-provider-aws/issues/709
      const message = `Elastic IP address [${allocationId}] is already associated`;
      account.startNatGateway(id, { code: "Resource.AlreadyAssociated", message });
    } else {
      account.inUse.set(allocationId, id);
      account.startNatGateway(id);
    }
    return { natGateway: natGatewayXml(id, gateway, account), clientToken: token };
  },

  DeleteNatGateway(account, request) {
    const id = request.get("NatGatewayId");
    const gateway = account.get("natGateways", id, "NatGatewayNotFound");
    must(gateway.state !== "deleted", "NatGatewayNotFound", `NatGateway ${id} was not found`);
    if (gateway.state !== "deleting") account.endNatGateway(id, gateway);
    return { natGatewayId: id };
  },

  DescribeNatGateways(account, request) {
    const ids = request.list("NatGatewayId");
    for (const id of ids) account.get("natGateways", id, "NatGatewayNotFound");
    const found = account.select("natGateways", request.filters(), ({ vpcId }) => ({ "vpc-id": vpcId }));
    const wanted = found.filter(([id]) => ids.length === 0 || ids.includes(id));
    return { natGatewaySet: wanted.map(([id, gateway]) => natGatewayXml(id, gateway, account)) };
  },
};
