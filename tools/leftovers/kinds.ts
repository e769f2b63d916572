import type { EC2 } from "@aws-sdk/client-ec2";
import type { ECS } from "@aws-sdk/client-ecs";
import { errorCode } from "../../components/dynamicProvider/awsErrors";
import type { arnParts } from "./arnParts";

/** Those of the services which can say what is still there. */
export interface Clients {
  readonly ec2: EC2;
  readonly ecs: ECS;
}

/** What a deletion has to know of a resource besides its ARN. */
interface Facts {
  /** Of an internet gateway: the VPC it is attached to. */
  readonly vpcId?: string;
  /** Of a security-group rule: its group, and the direction. */
  readonly groupId?: string;
  readonly direction?: "ingress" | "egress";
}

/** A resource which is left over. */
export interface Leftover {
  readonly arn: string;
  readonly facts: Facts;
}

/** What is known of a type of resource. */
interface Kind {
  /** Which of these ids exist; without it, what is tagged is taken to be there. */
  readonly look?: (
    clients: Clients,
    ids: string[],
  ) => Promise<readonly ({ readonly id?: string } & Facts)[] | undefined>;
  /** The commands that delete one, in their order. */
  readonly remove: (id: string, facts: Facts, arn: ReturnType<typeof arnParts>) => readonly string[];
}

const only = (command: string) => (id: string) => [`${command} ${id}`];
const by = (Name: string, Values: string[]) => ({ Filters: [{ Name, Values }] });

/** Whether something in this state is gone or going. */
function isGoneOrGoing(state: string | undefined): boolean {
  return ["terminated", "shutting-down", "deleting", "deleted"].includes(state?.toLowerCase() ?? "");
}

/** Those of the ids of which it holds; of what ECS does not know any more it does not. */
async function filterIds(ids: string[], holds: (id: string) => Promise<boolean>): Promise<{ id: string }[]> {
  const found = ids.map(async (id) => {
    const isThere = await holds(id).catch((error: unknown) => {
      if (["ClusterNotFoundException", "ClientException"].includes(errorCode(error))) return false;
      throw error;
    });
    return isThere ? [{ id }] : [];
  });
  return (await Promise.all(found)).flat();
}

/**
 * The types in the order in which AWS lets them go: what uses something before what is used. What goes with the
 * resource it belongs to is left out, like what is gone. Ids and names need no quotes, AWS admits no characters that a
 * shell would take otherwise.
 */
export const kinds: Readonly<Record<string, Kind>> = {
  // Tasks end with their service; a probe of the connectivity proof ends by itself.
  "ecs:task": { look: async () => [], remove: () => [] },
  // ECS keeps deleted clusters, services and task definitions as INACTIVE ones for a while
  // (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html, API_DeleteCluster.html).
  "ecs:service": {
    look: ({ ecs }, ids) =>
      filterIds(ids, async (id) => {
        const [cluster = "", service = ""] = id.split("/");
        const { services = [] } = await ecs.describeServices({ cluster, services: [service] });
        return services.some(({ status }) => status === "ACTIVE");
      }),
    remove: (id) => {
      const [cluster = "", service = ""] = id.split("/");
      return [
        `aws ecs delete-service --force --cluster ${cluster} --service ${service}`,
        `aws ecs wait services-inactive --cluster ${cluster} --services ${service}`,
      ];
    },
  },
  "ecs:task-definition": {
    look: ({ ecs }, ids) =>
      filterIds(ids, async (id) => {
        const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: id });
        return taskDefinition?.status === "ACTIVE";
      }),
    remove: only("aws ecs deregister-task-definition --task-definition"),
  },
  // A terminated instance stays visible for about an hour
  // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html).
  "ec2:instance": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeInstances(by("instance-id", ids))).Reservations?.flatMap(({ Instances = [] }) => Instances)
        .filter(({ State }) => !isGoneOrGoing(State?.Name))
        .map(({ InstanceId: id }) => ({ id })),
    remove: (id) => [
      `aws ec2 terminate-instances --instance-ids ${id}`,
      `aws ec2 wait instance-terminated --instance-ids ${id}`,
    ],
  },
  "ec2:volume": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeVolumes(by("volume-id", ids))).Volumes?.filter(
        ({ Attachments = [] }) => Attachments.length === 0,
      ).map(({ VolumeId: id }) => ({ id })),
    remove: only("aws ec2 delete-volume --volume-id"),
  },
  "ecs:cluster": {
    look: async ({ ecs }, clusters) =>
      (await ecs.describeClusters({ clusters })).clusters
        ?.filter(({ status }) => status !== "INACTIVE")
        .map(({ clusterName: id }) => ({ id })),
    remove: only("aws ecs delete-cluster --cluster"),
  },
  "servicediscovery:service": { remove: only("aws servicediscovery delete-service --id") },
  "servicediscovery:namespace": { remove: only("aws servicediscovery delete-namespace --id") },
  "ec2:vpc-endpoint": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeVpcEndpoints(by("vpc-endpoint-id", ids))).VpcEndpoints?.filter(
        ({ State }) => !isGoneOrGoing(State),
      ).map(({ VpcEndpointId: id }) => ({ id })),
    remove: only("aws ec2 delete-vpc-endpoints --vpc-endpoint-ids"),
  },
  // A deleted NAT gateway stays visible, too (https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html).
  "ec2:natgateway": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeNatGateways({ Filter: by("nat-gateway-id", ids).Filters })).NatGateways?.filter(
        ({ State }) => !isGoneOrGoing(State),
      ).map(({ NatGatewayId: id }) => ({ id })),
    remove: (id) => [
      `aws ec2 delete-nat-gateway --nat-gateway-id ${id}`,
      `aws ec2 wait nat-gateway-deleted --nat-gateway-ids ${id}`,
    ],
  },
  "ec2:elastic-ip": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeAddresses(by("allocation-id", ids))).Addresses?.map(({ AllocationId: id }) => ({ id })),
    remove: only("aws ec2 release-address --allocation-id"),
  },
  "ec2:internet-gateway": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeInternetGateways(by("internet-gateway-id", ids))).InternetGateways?.map(
        ({ InternetGatewayId: id, Attachments }) => ({ id, vpcId: Attachments?.[0]?.VpcId }),
      ),
    remove: (id, { vpcId }) => [
      ...(vpcId === undefined ? [] : [`aws ec2 detach-internet-gateway --internet-gateway-id ${id} --vpc-id ${vpcId}`]),
      `aws ec2 delete-internet-gateway --internet-gateway-id ${id}`,
    ],
  },
  "ec2:security-group-rule": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeSecurityGroupRules(by("security-group-rule-id", ids))).SecurityGroupRules?.map(
        ({ SecurityGroupRuleId: id, GroupId, IsEgress }) => ({
          id,
          groupId: GroupId,
          direction: IsEgress ? "egress" : "ingress",
        }),
      ),
    remove: (id, { groupId, direction }) =>
      groupId === undefined || direction === undefined
        ? []
        : [`aws ec2 revoke-security-group-${direction} --group-id ${groupId} --security-group-rule-ids ${id}`],
  },
  "ec2:network-interface": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeNetworkInterfaces(by("network-interface-id", ids))).NetworkInterfaces?.filter(
        ({ Attachment }) => Attachment === undefined,
      ).map(({ NetworkInterfaceId: id }) => ({ id })),
    remove: only("aws ec2 delete-network-interface --network-interface-id"),
  },
  "ec2:vpc-flow-log": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeFlowLogs({ Filter: by("flow-log-id", ids).Filters })).FlowLogs?.map(({ FlowLogId: id }) => ({
        id,
      })),
    remove: only("aws ec2 delete-flow-logs --flow-log-ids"),
  },
  // AWS deletes it only without the association with its VPC, which has no tags
  // (https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_DeleteResolverQueryLogConfig.html).
  "route53resolver:resolver-query-log-config": {
    remove: (id) => {
      const list = "aws route53resolver list-resolver-query-log-config-associations";
      const associations = `${list} --filters Name=ResolverQueryLogConfigId,Values=${id}`;
      const vpc = `${associations} --query 'ResolverQueryLogConfigAssociations[0].ResourceId' --output text`;
      const config = `--resolver-query-log-config-id ${id}`;
      return [
        `aws route53resolver disassociate-resolver-query-log-config ${config} --resource-id "$(${vpc})"`,
        `aws route53resolver delete-resolver-query-log-config ${config}`,
      ];
    },
  },
  "ec2:subnet": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeSubnets(by("subnet-id", ids))).Subnets?.map(({ SubnetId: id }) => ({ id })),
    remove: only("aws ec2 delete-subnet --subnet-id"),
  },
  "ec2:route-table": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeRouteTables(by("route-table-id", ids))).RouteTables?.map(({ RouteTableId: id }) => ({ id })),
    remove: only("aws ec2 delete-route-table --route-table-id"),
  },
  // The default group goes with its VPC, and cannot be deleted before.
  "ec2:security-group": {
    look: async ({ ec2 }, ids) =>
      (await ec2.describeSecurityGroups(by("group-id", ids))).SecurityGroups?.filter(
        ({ GroupName }) => GroupName !== "default",
      ).map(({ GroupId: id }) => ({ id })),
    remove: only("aws ec2 delete-security-group --group-id"),
  },
  "ec2:vpc": {
    look: async ({ ec2 }, ids) => (await ec2.describeVpcs(by("vpc-id", ids))).Vpcs?.map(({ VpcId: id }) => ({ id })),
    remove: only("aws ec2 delete-vpc --vpc-id"),
  },
  "iam:instance-profile": {
    remove: (path) => {
      const name = path.split("/").at(-1);
      const profile = `aws iam get-instance-profile --instance-profile-name ${name}`;
      const role = `${profile} --query InstanceProfile.Roles[0].RoleName --output text`;
      return [
        `aws iam remove-role-from-instance-profile --instance-profile-name ${name} --role-name "$(${role})"`,
        `aws iam delete-instance-profile --instance-profile-name ${name}`,
      ];
    },
  },
  "ecr:repository": { remove: only("aws ecr delete-repository --force --repository-name") },
  "logs:log-group": { remove: only("aws logs delete-log-group --log-group-name") },
  "dynamodb:table": { remove: only("aws dynamodb delete-table --table-name") },
  "xray:group": {
    remove: (id, _facts, { region, account }) => [
      `aws xray delete-group --group-arn arn:aws:xray:${region}:${account}:group/${id}`,
    ],
  },
  "cloudwatch:alarm": { remove: only("aws cloudwatch delete-alarms --alarm-names") },
  "events:rule": {
    remove: (name) => [
      `aws events remove-targets --rule ${name} --ids alarms`,
      `aws events delete-rule --name ${name}`,
    ],
  },
  // Its policy and its subscriptions go with it.
  "sns:": {
    remove: (name, _facts, { region, account }) => [
      `aws sns delete-topic --topic-arn arn:aws:sns:${region}:${account}:${name}`,
    ],
  },
  "xray:sampling-rule": { remove: only("aws xray delete-sampling-rule --rule-name") },
};
