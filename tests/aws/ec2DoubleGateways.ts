import { AwsError } from "./awsProtocol";
import type { Ec2Account, NatGateway } from "./ec2DoubleAccount";
import { type Action, ok, tagSet, type XmlValue } from "./ec2DoubleRequest";

function natGatewayXml(id: string, gateway: NatGateway, account: Ec2Account): XmlValue {
  return {
    natGatewayId: id,
    state: gateway.state,
    subnetId: gateway.subnetId,
    vpcId: gateway.vpcId,
    failureCode: gateway.failureCode,
    failureMessage: gateway.failureMessage,
    natGatewayAddressSet: [
      {
        allocationId: gateway.allocationId,
        publicIp: account.objects.addresses[gateway.allocationId]?.publicIp,
      },
    ],
    tagSet: tagSet(gateway.tags),
  };
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
    const [id, vpcId] = [request.required("InternetGatewayId"), request.required("VpcId")];
    const gateway = account.get("internetGateways", id, "InvalidInternetGatewayID.NotFound");
    if (!account.objects.vpcs.includes(vpcId)) {
      throw new AwsError("InvalidVpcID.NotFound", `The vpc ID '${vpcId}' does not exist`);
    }
    if (gateway.vpcId !== undefined) {
      throw new AwsError(
        "Resource.AlreadyAssociated",
        `resource ${id} is already attached to network ${gateway.vpcId}`,
      );
    }
    if (Object.values(account.objects.internetGateways).some((other) => other.vpcId === vpcId)) {
      throw new AwsError("InvalidParameterValue", `Network ${vpcId} already has an internet gateway attached`);
    }
    gateway.vpcId = vpcId;
    account.attach(gateway);
    return ok;
  },

  DetachInternetGateway(account, request) {
    const [id, vpcId] = [request.required("InternetGatewayId"), request.required("VpcId")];
    const gateway = account.get("internetGateways", id, "InvalidInternetGatewayID.NotFound");
    if (gateway.vpcId !== vpcId) {
      throw new AwsError("Gateway.NotAttached", `resource ${id} is not attached to network ${vpcId}`);
    }
    const mapped = [...account.inUse.values()].some((user) => account.objects.natGateways[user]?.vpcId === vpcId);
    if (mapped) {
      throw new AwsError("DependencyViolation", `Network ${vpcId} has some mapped public address(es).`);
    }
    delete gateway.vpcId;
    return ok;
  },

  DeleteInternetGateway(account, request) {
    const id = request.required("InternetGatewayId");
    const gateway = account.get("internetGateways", id, "InvalidInternetGatewayID.NotFound");
    if (gateway.vpcId !== undefined) {
      throw new AwsError("DependencyViolation", `The internetGateway '${id}' has dependencies and cannot be deleted.`);
    }
    delete account.objects.internetGateways[id];
    return ok;
  },

  DescribeInternetGateways(account, request) {
    const filters = request.filters(["tag:", "attachment.vpc-id", "internet-gateway-id"]);
    const found = account.select("internetGateways", filters, (gateway, id, name) =>
      name === "internet-gateway-id" ? [id] : [gateway.vpcId ?? ""],
    );
    return {
      internetGatewaySet: found.map(([id, { vpcId, attaching, tags }]) => ({
        internetGatewayId: id,
        attachmentSet: vpcId === undefined ? [] : [{ vpcId, state: attaching ? "attaching" : "available" }],
        tagSet: tagSet(tags),
      })),
    };
  },

  AllocateAddress(account, request) {
    if (request.required("Domain") !== "vpc") {
      throw new AwsError("InvalidParameterValue", "EC2-Classic is gone");
    }
    const tags = request.tags("elastic-ip");
    const id = account.newId("eipalloc");
    const publicIp = `203.0.113.${Number.parseInt(id.slice(-2), 16)}`;
    account.add("addresses", id, { publicIp, tags });
    return { allocationId: id, publicIp, domain: "vpc" };
  },

  ReleaseAddress(account, request) {
    const id = request.required("AllocationId");
    const { publicIp } = account.get("addresses", id, "InvalidAllocationID.NotFound");
    if (account.inUse.has(id)) {
      throw new AwsError("InvalidIPAddress.InUse", `Address ${publicIp} is in use.`);
    }
    delete account.objects.addresses[id];
    return ok;
  },

  DescribeAddresses(account, request) {
    const filters = request.filters(["tag:", "allocation-id", "public-ip"]);
    const found = account.select("addresses", filters, (address, id, name) =>
      name === "allocation-id" ? [id] : [address.publicIp],
    );
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
    const [subnetId, allocationId] = [request.required("SubnetId"), request.required("AllocationId")];
    const token = request.required("ClientToken");
    const tags = request.tags("natgateway");
    const parameters = JSON.stringify([subnetId, allocationId, tags]);
    const before = account.tokens.get(token);
    if (before !== undefined) {
      if (before.parameters !== parameters) {
        throw new AwsError("IdempotentParameterMismatch", "The same client token was used with other parameters");
      }
      // The answer of the first call, also when AWS no longer shows what that made.
      const made = account.objects.natGateways[before.id];
      const first = { natGatewayId: before.id, state: "pending" };
      return { natGateway: made === undefined ? first : natGatewayXml(before.id, made, account), clientToken: token };
    }
    const vpcId = account.objects.subnets[subnetId];
    if (vpcId === undefined) {
      throw new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
    }
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
    const id = request.required("NatGatewayId");
    const gateway = account.get("natGateways", id, "NatGatewayNotFound");
    if (gateway.state === "deleted") {
      throw new AwsError("NatGatewayNotFound", `NatGateway ${id} was not found`);
    }
    if (gateway.state !== "deleting") {
      account.endNatGateway(id, gateway);
    }
    return { natGatewayId: id };
  },

  DescribeNatGateways(account, request) {
    const ids = request.list("NatGatewayId");
    const filters = request.filters(["tag:", "vpc-id", "subnet-id", "state", "nat-gateway-id"]);
    for (const id of ids) {
      account.get("natGateways", id, "NatGatewayNotFound");
    }
    const found = account.select("natGateways", filters, (gateway, id, name) => {
      const values: Record<string, string> = { "vpc-id": gateway.vpcId, "subnet-id": gateway.subnetId };
      return [{ ...values, state: gateway.state, "nat-gateway-id": id }[name] ?? ""];
    });
    const wanted = found.filter(([id]) => ids.length === 0 || ids.includes(id));
    return { natGatewaySet: wanted.map(([id, gateway]) => natGatewayXml(id, gateway, account)) };
  },
};
