import assert from "node:assert/strict";
import { resolve } from "node:path";
import { type Key, settings } from "../../../config/settings";
import { readStackSettings } from "../../../tools/evaluation/stackSettings";
import { type Change, describeChanges, lease, networkOfDev } from "./changes";
import { requireTime } from "./requirePrograms";

/** One `up`: a setting gets another value. To save time, one before it that touches other resources is set back. */
interface Row extends Omit<Change, "name" | "to"> {
  readonly to?: { readonly [key in Key]?: string | number };
  /** Settings that get back the value which the stack has in its file, or the default. */
  readonly back?: readonly Key[];
}

/** What changes of the task replace. */
const task = ["ecs.TaskDefinition"];
const publicSubnet = [...lease, "ec2.RouteTableAssociation", "ec2.Subnet"];
const clientSubnet = ["LoadClientReadiness", "ec2.Instance", "ec2.RouteTableAssociation", "ec2.Subnet"];
const roles = [...task, "4 iam.Role", "4 iam.RolePolicy"];
const deadLetterQueueArn = "arn:aws:sqs:eu-central-1:123456789012:dead-letters";

const logKmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const rows: Readonly<Record<string, readonly Row[]>> = {
  dev: [
    { to: { taskMemory: 2048 }, replaces: task },
    { to: { taskCpu: 1024 }, replaces: task },
    { back: ["taskCpu"], to: { clientInstanceType: "t4g.micro" }, replaces: task },
    { back: ["clientInstanceType", "taskMemory"], replaces: task },
    { to: { appCpu: 400 }, replaces: task },
    { back: ["appCpu"], to: { ec2messagesEndpoint: "true" }, replaces: task },
    { back: ["ec2messagesEndpoint"], to: { appMemoryReservation: 512 }, replaces: task },
    { back: ["appMemoryReservation"], to: { client: "none" }, replaces: task },
    { back: ["client"], to: { collectorCpu: 16 }, replaces: task },
    { back: ["collectorCpu"], to: { logRetentionDays: 30 }, replaces: task },
    { back: ["logRetentionDays"], to: { collectorMemoryReservation: 128 }, replaces: task },
    { back: ["collectorMemoryReservation"], to: { repositoryForceDelete: "false" }, replaces: task },
    { back: ["repositoryForceDelete"], to: { collectorLogLevel: "debug" }, replaces: task },
    // The NAT gateway would be in another subnet, so it is another lease.
    {
      back: ["collectorLogLevel"],
      to: { publicSubnetCidr: "10.0.200.0/24" },
      replaces: [...task, ...publicSubnet],
      opens: true,
    },
    { back: ["publicSubnetCidr"], to: { accessLog: "on" }, replaces: [...task, ...publicSubnet], opens: true },
    { back: ["accessLog"], to: { clientSubnetCidr: "10.0.201.0/24" }, replaces: [...task, ...clientSubnet] },
    { back: ["clientSubnetCidr"], to: { connectivityProof: "false" }, replaces: clientSubnet },
    { back: ["connectivityProof"], to: { appPort: 9090 }, replaces: task },
    { back: ["appPort"], to: { natGatewayDeadlineMinutes: 60 }, replaces: task },
    { back: ["natGatewayDeadlineMinutes"], to: { cpuArchitecture: "X86_64" }, replaces: task },
    { back: ["cpuArchitecture"], to: { deadLetterQueueArn }, replaces: task },
    { back: ["deadLetterQueueArn"], to: { rolePath: "/rehearsal/" }, replaces: roles },
    { back: ["rolePath"], replaces: roles },
    { to: { permissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess" } },
    { back: ["permissionsBoundary"], to: { maxTaskCount: 3 } },
    { to: { autoscalingCpuPercent: 50 } },
    { back: ["autoscalingCpuPercent"], to: { minTaskCount: 2 } },
    { back: ["minTaskCount"] },
    { back: ["maxTaskCount"] },
    { to: { collectorImageTag: "3.6.8" }, replaces: task, opens: true },
    { back: ["collectorImageTag"], replaces: task, opens: true },
    // The lease has a rule in the security groups of the services which fetch an image, so it is another lease.
    { to: { collectorImageSource: "mirror" }, replaces: [...task, ...lease], opens: true },
    { back: ["collectorImageSource"], replaces: [...task, ...lease], opens: true },
    { to: { containerSubnetCidrs: '["10.0.210.0/24"]' }, replaces: ["ec2.RouteTableAssociation", "ec2.Subnet"] },
    { back: ["containerSubnetCidrs"], replaces: ["ec2.RouteTableAssociation", "ec2.Subnet"] },
    { to: { vpcCidr: "10.8.0.0/16" }, replaces: networkOfDev, opens: true },
    { back: ["vpcCidr"], replaces: networkOfDev, opens: true },
  ],
  chain: [
    { to: { timeZone: "-03:00" }, replaces: ["3 ecs.TaskDefinition"] },
    { back: ["timeZone"], replaces: ["3 ecs.TaskDefinition"] },
  ],
  packed: [
    { to: { egress: "temporary-nat-gateway" }, opens: true },
    { back: ["egress"], to: { flowLogs: "rejected" } },
    { back: ["flowLogs"], to: { flowLogs: "all", containerInsights: "enabled" }, replaces: ["ec2.FlowLog"] },
    { back: ["containerInsights"], to: { logKmsKeyArn } },
    {
      back: ["flowLogs", "logKmsKeyArn"],
      to: { alarms: "on", alarmEmail: "on-call@example.com", dashboard: "on" },
      replaces: task,
    },
    { back: ["alarms", "alarmEmail", "dashboard"], replaces: task },
  ],
  proxy: [
    { to: { proxyUrl: "http://other.example.internal:3129" }, replaces: task },
    { back: ["proxyUrl"], replaces: task },
    { to: { proxyCidr: "10.2.0.0/28" } },
    { back: ["proxyCidr"] },
  ],
};

/** Those that are changed elsewhere, or cannot be. */
const others: { readonly [key in Key]?: string } = {
  app: "changes.test.ts",
  availabilityZones: "changes.test.ts",
  collector: "collectors.test.ts",
  dnsFirewall: "moto has no Route 53 Resolver DNS Firewall",
  dnsQueryLogs: "moto deletes no query logging configuration of Route 53 Resolver",
};

const root = resolve(__dirname, "../../..");

function changeOf(stack: string, { back = [], to = {}, ...expected }: Row): Change {
  const { config, project } = readStackSettings(stack, root);
  const before = Object.fromEntries(back.map((key) => [key, config[`${project}:${key}`] ?? ""]));
  const names = [
    ...Object.entries(to).map(([key, value]) => `${key} ${value}`),
    ...back.map((key) => `${key} as before`),
  ];
  return { name: names.join(", "), to: { ...before, ...to }, ...expected };
}

describe("each setting of a deployed stack", function () {
  this.timeout(20 * 60_000);

  it("has a change to another value and back", () => {
    const changed = Object.values(rows).flatMap((all) => all.flatMap(({ to }) => Object.keys(to ?? {})));
    const back = Object.values(rows).flatMap((all) => all.flatMap((row) => row.back ?? []));
    assert.deepEqual(changed.toSorted(), back.toSorted());
    assert.deepEqual([...new Set([...changed, ...Object.keys(others)])].sort(), Object.keys(settings).sort());
  });

  for (const [stack, all] of Object.entries(rows)) {
    describe(`in ${stack}`, () => {
      describeChanges(
        stack,
        all.map((row) => changeOf(stack, row)),
        requireTime,
      );
    });
  }
});
