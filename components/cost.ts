/** Size of the load client's disk in GiB, that of Amazon Linux 2023's image. */
const clientDiskGib = 8;

/** Hours of a month in AWS's price examples. */
const hours = 730;

/**
 * AWS list prices in US dollars, us-east-1, as published in April 2026. Other regions cost up to a third more.
 *
 * https://aws.amazon.com/privatelink/pricing/ , https://aws.amazon.com/fargate/pricing/ ,
 * https://aws.amazon.com/ec2/pricing/on-demand/ , https://aws.amazon.com/ebs/pricing/ ,
 * https://aws.amazon.com/route53/pricing/ , https://aws.amazon.com/vpc/pricing/ ,
 * https://aws.amazon.com/cloudwatch/pricing/
 */
const prices = {
  date: "2026-04",
  region: "us-east-1",
  interfaceEndpointHour: 0.01,
  fargate: { ARM64: { vcpuHour: 0.03238, gibHour: 0.00356 }, X86_64: { vcpuHour: 0.04048, gibHour: 0.004445 } },
  t4gNanoHour: 0.0042,
  gp3GibMonth: 0.08,
  hostedZoneMonth: 0.5,
  natGatewayHour: 0.045,
  publicAddressHour: 0.005,
  alarmMetricMonth: 0.1,
  customMetricMonth: 0.3,
  dashboardMonth: 3,
};

/**
 * How many metrics Container Insights collects of a cluster, and of a service with its task definition: those of its
 * list which Fargate has (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html).
 */
const insightsMetrics = { cluster: 12, service: 15 + 10 };

/** Every size of T4g costs twice as much as the one before. */
const t4gSizes = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"];

interface CostArgs {
  /** Interface endpoints, counted once for every subnet they are in. */
  readonly interfaceEndpoints: number;
  /** How many services there are. */
  readonly services: number;
  /** What runs for each of them. */
  readonly task: {
    readonly cpuArchitecture: "ARM64" | "X86_64";
    /** CPU of a task in units of 1/1024 vCPU. */
    readonly taskCpu: number;
    /** Memory of a task in MiB. */
    readonly taskMemory: number;
    /** Tasks that always run. */
    readonly minTaskCount: number;
  };
  /** Type of the load client's instance, such as `t4g.nano`. @default there is no load client */
  readonly clientInstanceType?: string;
  /** What tells whoever looks after the stack how it is. @default nothing does */
  readonly operations?: {
    /** Metrics which alarms read. */
    readonly alarmMetrics: number;
    /** Metrics which the services write themselves. */
    readonly ownMetrics: number;
    readonly dashboards: number;
  };
  /** The setting of the cluster. @default disabled */
  readonly containerInsights?: "disabled" | "enabled" | "enhanced";
}

/** A monthly cost in US dollars, part by part, rounded to cents. */
interface MonthlyCost {
  readonly interfaceEndpoints: number;
  readonly tasks: number;
  readonly client: number;
  readonly dnsZone: number;
  /** Alarms, metrics and dashboard; absent where there are none. */
  readonly operations?: number;
  /** The metrics of Container Insights. @default they are not collected, or billed by the number of tasks */
  readonly containerInsights?: number;
  readonly total: number;
  /** What a NAT gateway and its address would add, were they kept. */
  readonly natGatewayIfKept: number;
  /** Where and when the prices held. */
  readonly prices: string;
}

/**
 * What a stack costs a month once its NAT gateway is gone. Left out is what depends on use: traffic through endpoints
 * ($0.01 a GB), lookups through a DNS firewall ($0.60 a million; its names cost less than a cent), logs ($0.50 a GB, also
 * of flow logs, DNS queries and Container Insights), the metrics of enhanced Container Insights ($0.07 each, as many as
 * tasks and containers run), traces, image storage, notifications, and a deployment's hour of NAT gateway ($0.05). What
 * AWS gives to each account for nothing, such as ten alarms, is not taken off.
 */
export function monthlyCost(args: CostArgs): MonthlyCost {
  const { interfaceEndpoints, services, task, clientInstanceType, operations, containerInsights } = args;
  const { vcpuHour, gibHour } = prices.fargate[task.cpuArchitecture];
  const taskHour = (task.taskCpu / 1024) * vcpuHour + (task.taskMemory / 1024) * gibHour;
  const parts = {
    interfaceEndpoints: cents(interfaceEndpoints * prices.interfaceEndpointHour * hours),
    tasks: cents(services * task.minTaskCount * taskHour * hours),
    client: clientInstanceType === undefined ? 0 : clientCost(clientInstanceType),
    dnsZone: cents(prices.hostedZoneMonth),
    ...(operations === undefined ? {} : { operations: operationsCost(operations) }),
    ...(containerInsights === "enabled" ? { containerInsights: insightsCost(services) } : {}),
  };
  return {
    ...parts,
    total: cents(Object.values(parts).reduce((sum, part) => sum + part, 0)),
    natGatewayIfKept: cents((prices.natGatewayHour + prices.publicAddressHour) * hours),
    prices: `US dollars, list prices of ${prices.region}, ${prices.date}`,
  };
}

function clientCost(instanceType: string): number {
  const size = t4gSizes.indexOf(instanceType.replace("t4g.", ""));
  return cents(prices.t4gNanoHour * 2 ** size * hours + clientDiskGib * prices.gp3GibMonth);
}

function operationsCost({ alarmMetrics, ownMetrics, dashboards }: NonNullable<CostArgs["operations"]>): number {
  const { alarmMetricMonth, customMetricMonth, dashboardMonth } = prices;
  return cents(alarmMetrics * alarmMetricMonth + ownMetrics * customMetricMonth + dashboards * dashboardMonth);
}

function insightsCost(services: number): number {
  return cents((insightsMetrics.cluster + services * insightsMetrics.service) * prices.customMetricMonth);
}

const cents = (dollars: number) => Math.round(dollars * 100) / 100;
