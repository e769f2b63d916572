import type { Service } from "@aws-sdk/client-ecs";
import { judgeDeployment } from "../../../components/serviceDeployment/judgeDeployment";
import { arnParts } from "../../leftovers/arnParts";
import { findLeftovers } from "../../leftovers/command";
import type { StackState } from "../../leftovers/state";
import { withStackClients } from "../awsCalls";
import type { DeployedStack } from "../deployedStack";

/** How a deployed stack is. */
export interface StackStatus {
  readonly stack: string;
  readonly region: string;
  readonly accountId?: string;
  readonly services: readonly ServiceStatus[];
  /** The load client, if the stack has one. */
  readonly client?: ClientStatus;
  /** NAT gateways with the stack's tags; AWS shows deleted ones for about an hour. */
  readonly natGateways: readonly NatGatewayStatus[];
  /** Addresses with the stack's tags which nothing uses. */
  readonly freeAddresses: readonly string[];
  /** What carries the stack's tags, is not in its state, and costs by the hour, such as `vpc-endpoint vpce-0a1b`. */
  readonly leftovers: readonly string[];
  /** What was begun and never ended, such as `creating aws:ecs/service:Service hello`. */
  readonly interrupted: readonly string[];
}

interface ServiceStatus {
  readonly name: string;
  readonly ecsService: string;
  readonly runningTasks: number;
  readonly desiredTasks: number;
  /** Family and revision of the task definition, such as `traced-fargate-dev-hello:8`. */
  readonly taskDefinition?: string;
  /** Whether its deployment is completed and all its tasks run. */
  readonly healthy: boolean;
  /** What ECS shows of its deployment, such as `COMPLETED, 1 of 1 tasks run, 0 failed`. */
  readonly deployment: string;
  readonly deployedAt?: string;
  /** ECS's newest events, the newest first. */
  readonly events: readonly { readonly at?: string; readonly message: string }[];
}

interface ClientStatus {
  readonly instanceId: string;
  /** What Systems Manager says of its agent: `Online`, `ConnectionLost`, `Inactive`, or `not registered`. */
  readonly ping: string;
  readonly lastPingAt?: string;
  readonly agentVersion?: string;
}

interface NatGatewayStatus {
  readonly id: string;
  readonly state: string;
  readonly createdAt?: string;
  readonly deletedAt?: string;
}

const eventsShown = 5;

/** Types that cost by the hour; an address does so whether it is associated or not. */
const costly = ["ec2:natgateway", "ec2:elastic-ip", "ec2:vpc-endpoint", "ec2:instance", "ec2:volume", "ecs:service"];

/** Asks AWS how a stack is. @throws AwsCallError */
export function lookAtStack(deployed: DeployedStack, state: StackState): Promise<StackStatus> {
  const { location, clusterArn, ecsServices, clientInstanceId, project, stack } = deployed;
  const tags = { Project: project, Stack: stack };
  return withStackClients(location, ["ecs", "ec2", "ssm", "resourcegroupstaggingapi"], async (aws) => {
    const [described, registered, natGateways, addresses, leftovers] = await Promise.all([
      aws.ecs.describeServices({ cluster: clusterArn, services: ecsServices.map(({ ecsService }) => ecsService) }),
      clientInstanceId === undefined
        ? undefined
        : aws.ssm.describeInstanceInformation({ Filters: [{ Key: "InstanceIds", Values: [clientInstanceId] }] }),
      aws.ec2.describeNatGateways({ Filter: filters(tags) }),
      aws.ec2.describeAddresses({ Filters: filters(tags) }),
      findLeftovers(aws, tags, state),
    ]);
    const [agent] = registered?.InstanceInformationList ?? [];
    return {
      stack,
      region: location.region,
      accountId: location.accountId,
      services: ecsServices.map((each) =>
        serviceStatus(
          each,
          described.services?.find(({ serviceName }) => serviceName === each.ecsService),
        ),
      ),
      ...(clientInstanceId === undefined
        ? {}
        : {
            client: {
              instanceId: clientInstanceId,
              ping: agent?.PingStatus ?? "not registered",
              lastPingAt: agent?.LastPingDateTime?.toISOString(),
              agentVersion: agent?.AgentVersion,
            },
          }),
      natGateways: (natGateways.NatGateways ?? []).map(({ NatGatewayId = "", State = "", CreateTime, DeleteTime }) => ({
        id: NatGatewayId,
        state: State,
        createdAt: CreateTime?.toISOString(),
        deletedAt: DeleteTime?.toISOString(),
      })),
      freeAddresses: (addresses.Addresses ?? [])
        .filter(({ AssociationId }) => AssociationId === undefined)
        .map(({ AllocationId = "" }) => AllocationId),
      leftovers: leftovers
        .map(({ arn }) => arnParts(arn))
        .filter(({ kind }) => costly.includes(kind))
        .map(({ kind, id }) => `${kind.split(":").pop()} ${id}`),
      interrupted: state.interrupted,
    };
  });
}

/** Filters for what carries these tags, in the words of EC2. */
function filters(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}

function serviceStatus(
  { name, ecsService }: DeployedStack["ecsServices"][number],
  service: Service | undefined,
): ServiceStatus {
  const { runningCount = 0, desiredCount = 0, taskDefinition = "", deployments = [], events = [] } = service ?? {};
  const { subnets = [], securityGroups = [] } = service?.networkConfiguration?.awsvpcConfiguration ?? {};
  // Whether it runs what it is told to, whatever that is.
  const told = { taskDefinition, subnetIds: subnets, securityGroupIds: securityGroups, minTaskCount: desiredCount };
  const { kind, seen } = judgeDeployment(service, told);
  const primary = deployments.find(({ status }) => status === "PRIMARY");
  const isActive = service?.status === "ACTIVE";
  return {
    name,
    ecsService,
    runningTasks: runningCount,
    desiredTasks: desiredCount,
    taskDefinition: taskDefinition.split("/").pop(),
    healthy: isActive && kind === "completed" && desiredCount > 0,
    deployment: isActive ? seen : `ECS shows it as ${service?.status ?? "MISSING"}`,
    deployedAt: (primary?.updatedAt ?? primary?.createdAt)?.toISOString(),
    events: events
      .slice(0, eventsShown)
      .map(({ createdAt, message = "" }) => ({ at: createdAt?.toISOString(), message })),
  };
}

/** What of a stack is not as it should be, one line each; empty when it is healthy. */
export function problemsOf({ stack, services, client, natGateways, freeAddresses, leftovers }: StackStatus): string[] {
  const undeleted = natGateways.filter(({ state }) => state !== "deleted").map(({ id, state }) => `${id} is ${state}`);
  const ofLease = [
    ...undeleted.map((each) => `NAT gateway ${each}`),
    ...freeAddresses.map((id) => `address ${id} is not in use`),
  ].map((each) => `${each}; npm run up -- --stack ${stack} deletes it`);
  return [
    ...services.filter(({ healthy }) => !healthy).map(({ name, deployment }) => `service ${name}: ${deployment}`),
    ...(client === undefined || client.ping === "Online"
      ? []
      : [`client ${client.instanceId}: its SSM Agent is ${client.ping}`]),
    ...ofLease,
    ...(leftovers.length === 0
      ? []
      : [`left and billed: ${leftovers.join(", ")}; type: npm run leftovers -- --stack ${stack}`]),
  ];
}
