import type { AppSettings, appNames } from "../components/apps/apps";
import type { LoadClient } from "../components/client/loadClient";
import type { collectors } from "../components/collectors/collectors";
import type { XrayDaemonViaProxyArgs } from "../components/collectors/xrayDaemonViaProxy";
import type { LogGroupDefaults } from "../components/containers/logs";
import type { AwsLocation } from "../components/dynamicProvider/awsLocation";
import type { RoleDefaults } from "../components/iam";
import type { StackImages } from "../components/images/stackImages";
import type { PrivateNetwork } from "../components/network/privateNetwork";
import type { SubnetPlan } from "../components/network/subnets";
import type { FlowLogs } from "../components/operations/flowLogs";
import type { Operations } from "../components/operations/operations";
import type { ServiceCluster } from "../components/service/serviceCluster";
import type { TracedService } from "../components/service/tracedService";
import type { TemporaryNatGateway } from "../components/temporaryNatGateway";
import type { AcceptedSettings, AwsSettings } from "./settings";

/** What a component is given beside its name. */
type ArgsOf<Component extends new (name: string, args: never) => unknown> = ConstructorParameters<Component>[1];

/** The configuration of a stack, checked: a group for each component. `Pulumi.yaml` describes the settings. */
export interface StackConfig {
  /** Name of the Pulumi project. */
  readonly project: string;
  /** Name of the stack. */
  readonly stack: string;
  /** Where AWS is called, and as whom. */
  readonly location: Omit<AwsLocation, "accountId">;
  readonly roles: RoleDefaults;
  readonly logs: LogGroupDefaults;
  readonly app: AppSettings & {
    readonly kind: (typeof appNames)[number];
    /** TCP port every service listens on. */
    readonly appPort: number;
  };
  readonly collector: XrayDaemonViaProxyArgs & { readonly kind: keyof typeof collectors };
  readonly images: Pick<
    ArgsOf<typeof StackImages>,
    "collectorImageSource" | "cpuArchitecture" | "repositoryForceDelete"
  >;
  readonly network: Pick<ArgsOf<typeof PrivateNetwork>, "vpcCidr" | "subnets">;
  /** Whether just the names which the stack uses may be looked up. */
  readonly dnsFirewall: boolean;
  /** Whether the names which are looked up are logged. */
  readonly dnsQueryLogs: boolean;
  /** Which traffic the VPC's flow logs record. @default there are none */
  readonly flowLogs?: ArgsOf<typeof FlowLogs>["trafficType"];
  readonly cluster: Pick<ArgsOf<typeof ServiceCluster>, "containerInsights">;
  /** Of the temporary NAT gateway. @default there is none */
  readonly egress?: Pick<ArgsOf<typeof TemporaryNatGateway>, "deadlineMinutes" | "deadLetterQueueArn" | "tags">;
  /** Whether the NAT gateway is deleted only when a task has reached X-Ray without it. */
  readonly connectivityProof: boolean;
  /** Of the tasks of every service. */
  readonly task: Pick<
    ArgsOf<typeof TracedService>,
    | "appCpu"
    | "appMemoryReservation"
    | "appPort"
    | "autoscalingCpuPercent"
    | "cpuArchitecture"
    | "maxTaskCount"
    | "minTaskCount"
    | "taskCpu"
    | "taskMemory"
  >;
  /** Of alarms and dashboard. @default there are none */
  readonly operations?: Pick<ArgsOf<typeof Operations>, "alarms" | "alarmEmail" | "dashboard">;
  /** Of the load client. @default there is none */
  readonly client?: Pick<ArgsOf<typeof LoadClient>, "ec2messages" | "instanceType"> & { readonly instanceType: string };
}

/** What EC2 calls the traffic of each kind of flow logs. */
const trafficTypes = { off: undefined, rejected: "REJECT", all: "ALL" } as const;

/** Settings that passed the rules, in their groups. */
export function inGroups(
  { project, stack }: Pick<StackConfig, "project" | "stack">,
  { region, profile, assumeRoles, endpoints, defaultTags }: AwsSettings,
  settings: AcceptedSettings,
  subnets: SubnetPlan,
): StackConfig {
  const { natGatewayDeadlineMinutes: deadlineMinutes, deadLetterQueueArn, cpuArchitecture } = settings;
  const operations = { alarms: settings.alarms === "on", dashboard: settings.dashboard === "on" };
  const isOperated = operations.alarms || operations.dashboard;
  return {
    project,
    stack,
    location: { region, profile, assumeRoles, endpoints },
    roles: { permissionsBoundary: settings.permissionsBoundary, rolePath: settings.rolePath },
    logs: { logRetentionDays: settings.logRetentionDays, logKmsKeyArn: settings.logKmsKeyArn },
    app: {
      kind: settings.app,
      appPort: settings.appPort,
      accessLog: settings.accessLog,
      metrics: isOperated,
      timeZone: settings.timeZone,
    },
    collector: {
      kind: settings.collector,
      collectorImageTag: settings.collectorImageTag,
      collectorCpu: settings.collectorCpu,
      collectorMemoryReservation: settings.collectorMemoryReservation,
      collectorLogLevel: settings.collectorLogLevel,
      proxyUrl: settings.proxyUrl,
      proxyCidr: settings.proxyCidr,
    },
    images: {
      collectorImageSource: settings.collectorImageSource,
      cpuArchitecture,
      repositoryForceDelete: settings.repositoryForceDelete,
    },
    network: { vpcCidr: settings.vpcCidr, subnets },
    dnsFirewall: settings.dnsFirewall === "block",
    dnsQueryLogs: settings.dnsQueryLogs === "on",
    flowLogs: trafficTypes[settings.flowLogs],
    cluster: { containerInsights: settings.containerInsights },
    egress: settings.egress === "none" ? undefined : { deadlineMinutes, deadLetterQueueArn, tags: defaultTags },
    connectivityProof: settings.connectivityProof,
    task: {
      cpuArchitecture,
      taskCpu: settings.taskCpu,
      taskMemory: settings.taskMemory,
      appCpu: settings.appCpu,
      appMemoryReservation: settings.appMemoryReservation,
      appPort: settings.appPort,
      minTaskCount: settings.minTaskCount,
      maxTaskCount: settings.maxTaskCount,
      autoscalingCpuPercent: settings.autoscalingCpuPercent,
    },
    operations: isOperated ? { ...operations, alarmEmail: settings.alarmEmail } : undefined,
    client:
      settings.client === "none"
        ? undefined
        : { instanceType: settings.clientInstanceType, ec2messages: settings.ec2messagesEndpoint },
  };
}
