import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECS } from "@aws-sdk/client-ecs";
import type { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import { errorCode } from "../../components/dynamicProvider/awsErrors";
import { arnParts, type Facts, type Leftover } from "./deletions";

/** A resource as its tags say. */
export interface TaggedResource {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * All resources of the region which carry these tags, page by page. IAM roles are not among them
 * (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html).
 */
export async function readTaggedResources(
  tagging: Pick<ResourceGroupsTaggingAPI, "getResources">,
  tags: Readonly<Record<string, string>>,
): Promise<TaggedResource[]> {
  const found: TaggedResource[] = [];
  let page: string | undefined;
  do {
    const answer = await tagging.getResources({
      TagFilters: Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] })),
      ...(page === undefined ? {} : { PaginationToken: page }),
    });
    for (const { ResourceARN: arn = "", Tags = [] } of answer.ResourceTagMappingList ?? []) {
      found.push({ arn, tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])) });
    }
    // The last page has an empty token.
    page = answer.PaginationToken || undefined;
  } while (page !== undefined);
  return found;
}

/** Those of the services which can say what is still there. */
interface Clients {
  readonly ec2: EC2;
  readonly ecs: ECS;
}

/** Which of these ids exist, and what their deletion has to know. */
type Look = (clients: Clients, ids: string[]) => Promise<[id: string | undefined, facts?: Facts][]>;

/** Whether something in this state is gone or going. */
function isGoneOrGoing(state: string | undefined): boolean {
  return ["terminated", "shutting-down", "deleting", "deleted"].includes(state?.toLowerCase() ?? "");
}

/** What goes with the resource it belongs to is left out, like what is gone. */
const looks: Readonly<Record<string, Look>> = {
  // A terminated instance stays visible for about an hour
  // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html).
  "ec2:instance": async ({ ec2 }, ids) => {
    const { Reservations = [] } = await ec2.describeInstances({ Filters: [{ Name: "instance-id", Values: ids }] });
    return Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => !isGoneOrGoing(State?.Name))
      .map(({ InstanceId }) => [InstanceId]);
  },
  "ec2:volume": async ({ ec2 }, ids) => {
    const { Volumes = [] } = await ec2.describeVolumes({ Filters: [{ Name: "volume-id", Values: ids }] });
    return Volumes.filter(({ Attachments = [] }) => Attachments.length === 0).map(({ VolumeId }) => [VolumeId]);
  },
  // So does a deleted NAT gateway (https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html).
  "ec2:natgateway": async ({ ec2 }, ids) => {
    const { NatGateways = [] } = await ec2.describeNatGateways({ Filter: [{ Name: "nat-gateway-id", Values: ids }] });
    return NatGateways.filter(({ State }) => !isGoneOrGoing(State)).map(({ NatGatewayId }) => [NatGatewayId]);
  },
  "ec2:vpc-endpoint": async ({ ec2 }, ids) => {
    const filter = { Name: "vpc-endpoint-id", Values: ids };
    const { VpcEndpoints = [] } = await ec2.describeVpcEndpoints({ Filters: [filter] });
    return VpcEndpoints.filter(({ State }) => !isGoneOrGoing(State)).map(({ VpcEndpointId }) => [VpcEndpointId]);
  },
  "ec2:elastic-ip": async ({ ec2 }, ids) => {
    const { Addresses = [] } = await ec2.describeAddresses({ Filters: [{ Name: "allocation-id", Values: ids }] });
    return Addresses.map(({ AllocationId }) => [AllocationId]);
  },
  "ec2:internet-gateway": async ({ ec2 }, ids) => {
    const filter = { Name: "internet-gateway-id", Values: ids };
    const { InternetGateways = [] } = await ec2.describeInternetGateways({ Filters: [filter] });
    return InternetGateways.map(({ InternetGatewayId, Attachments }) => [
      InternetGatewayId,
      { vpcId: Attachments?.[0]?.VpcId },
    ]);
  },
  "ec2:security-group-rule": async ({ ec2 }, ids) => {
    const filter = { Name: "security-group-rule-id", Values: ids };
    const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({ Filters: [filter] });
    return SecurityGroupRules.map(({ SecurityGroupRuleId, GroupId, IsEgress }) => [
      SecurityGroupRuleId,
      { groupId: GroupId, direction: IsEgress ? "egress" : "ingress" },
    ]);
  },
  "ec2:network-interface": async ({ ec2 }, ids) => {
    const filter = { Name: "network-interface-id", Values: ids };
    const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces({ Filters: [filter] });
    return NetworkInterfaces.filter(({ Attachment }) => Attachment === undefined).map(({ NetworkInterfaceId }) => [
      NetworkInterfaceId,
    ]);
  },
  "ec2:subnet": async ({ ec2 }, ids) => {
    const { Subnets = [] } = await ec2.describeSubnets({ Filters: [{ Name: "subnet-id", Values: ids }] });
    return Subnets.map(({ SubnetId }) => [SubnetId]);
  },
  "ec2:route-table": async ({ ec2 }, ids) => {
    const { RouteTables = [] } = await ec2.describeRouteTables({ Filters: [{ Name: "route-table-id", Values: ids }] });
    return RouteTables.map(({ RouteTableId }) => [RouteTableId]);
  },
  // The default group goes with its VPC, and cannot be deleted before.
  "ec2:security-group": async ({ ec2 }, ids) => {
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ Filters: [{ Name: "group-id", Values: ids }] });
    return SecurityGroups.filter(({ GroupName }) => GroupName !== "default").map(({ GroupId }) => [GroupId]);
  },
  "ec2:vpc": async ({ ec2 }, ids) => {
    const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "vpc-id", Values: ids }] });
    return Vpcs.map(({ VpcId }) => [VpcId]);
  },
  // ECS keeps deleted clusters, services and task definitions as INACTIVE ones for a while
  // (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html, API_DeleteCluster.html).
  "ecs:cluster": async ({ ecs }, ids) => {
    const { clusters = [] } = await ecs.describeClusters({ clusters: ids });
    return clusters.filter(({ status }) => status !== "INACTIVE").map(({ clusterName }) => [clusterName]);
  },
  "ecs:service": ({ ecs }, ids) =>
    filterIds(ids, async (id) => {
      const [cluster = "", service = ""] = id.split("/");
      const { services = [] } = await ecs.describeServices({ cluster, services: [service] });
      return services.some(({ status }) => status === "ACTIVE");
    }),
  "ecs:task-definition": ({ ecs }, ids) =>
    filterIds(ids, async (id) => {
      const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: id });
      return taskDefinition?.status === "ACTIVE";
    }),
  // Tasks end with their service; a probe of the connectivity proof ends by itself.
  "ecs:task": async () => [],
};

/** Those of the ids of which it holds; of what ECS does not know any more it does not. */
async function filterIds(ids: string[], holds: (id: string) => Promise<boolean>): Promise<[id: string][]> {
  const found = await Promise.all(
    ids.map(async (id): Promise<[string][]> => {
      try {
        return (await holds(id)) ? [[id]] : [];
      } catch (error) {
        if (["ClusterNotFoundException", "ClientException"].includes(errorCode(error))) {
          return [];
        }
        throw error;
      }
    }),
  );
  return found.flat();
}

/**
 * Those of the resources which exist. The tagging API goes on listing deleted ones for minutes or hours
 * (https://github.com/boto/boto3/issues/3341), so EC2 and ECS are asked about theirs; all others are taken to be there.
 */
export async function findExisting(clients: Clients, arns: readonly string[]): Promise<Leftover[]> {
  const kinds = [...new Set(arns.map((arn) => arnParts(arn).kind))];
  const found = await Promise.all(
    kinds.map(async (kind): Promise<Leftover[]> => {
      const ofKind = arns.filter((arn) => arnParts(arn).kind === kind);
      const look = looks[kind];
      if (look === undefined) {
        return ofKind.map((arn) => ({ arn, facts: {} }));
      }
      const ids = ofKind.map((arn) => arnParts(arn).id);
      const seen = new Map((await look(clients, ids)).map(([id, facts = {}]) => [id, facts]));
      return ofKind.flatMap((arn) => {
        const facts = seen.get(arnParts(arn).id);
        return facts === undefined ? [] : [{ arn, facts }];
      });
    }),
  );
  return found.flat();
}
