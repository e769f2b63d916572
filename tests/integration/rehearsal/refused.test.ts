import assert from "node:assert/strict";
import { countKinds, inventoryDifference, openToTheInternet, type Refusal } from "./account";
import { reportTo } from "./command";
import type { ResourceChange } from "./engineEvents";
import { type Programs, Rehearsal } from "./rehearsal";
import { requireTime } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, runStep, type Step, unexpectedChanges, upStep } from "./stackRehearsal";
import { typeCommand } from "./typedCommands";

/** A call that is refused once, with the names of the resources of which one has to be named then. */
interface RefusedOnce extends Refusal {
  readonly at: RegExp;
}

const denied = (action: string, at: RegExp): RefusedOnce => ({ action, as: "denied", at });
const overQuota = (action: string, at: RegExp): RefusedOnce => ({ action, as: "quota", at });
/** The program's own providers call AWS by this SDK, the provider for AWS by that for Go. */
const byOurs = (refusal: RefusedOnce): RefusedOnce => ({ ...refusal, by: "aws-sdk-js" });
const byAwsProvider = (refusal: RefusedOnce): RefusedOnce => ({ ...refusal, by: "aws-sdk-go" });

/** At least one call for each type of resource, and each that makes a resource half. */
const makingCalls: readonly RefusedOnce[] = [
  overQuota("ecr.CreateRepository", /^(hello|collector)$/),
  denied("ecr.PutLifecyclePolicy", /^hello$/),
  overQuota("ecr.CreatePullThroughCacheRule", /^collector$/),
  overQuota("ec2.CreateVpc", /^network$/),
  denied("ec2.ModifyVpcAttribute", /^network$/),
  denied("ec2.RevokeSecurityGroupEgress", /^network-/),
  overQuota("ec2.CreateSubnet", /^network-(public|client|containers-1)$/),
  overQuota("ec2.CreateRouteTable", /^network-(public|private)$/),
  denied("ec2.AssociateRouteTable", /^network-(public|client|containers-1)$/),
  overQuota("ec2.CreateSecurityGroup", /^network-(client|hello|(client|container)-endpoints)$/),
  overQuota("ec2.CreateVpcEndpoint", /^network-(ecr\.(api|dkr)|logs|xray|ssm|ssmmessages|s3)$/),
  overQuota("ec2.AuthorizeSecurityGroupIngress", /^network-.*-from-/),
  byAwsProvider(denied("ec2.AuthorizeSecurityGroupEgress", /^network-.*-to-/)),
  denied("ecs.CreateCluster", /^cluster$/),
  overQuota("servicediscovery.CreatePrivateDnsNamespace", /^cluster$/),
  overQuota("iam.CreateRole", /^(egress-dead-man-switch|hello-(execution|task)|client-role)$/),
  denied("iam.PutRolePolicy", /^(egress-dead-man-switch|hello-(execution|task)|client-policy)$/),
  overQuota("logs.CreateLogGroup", /^hello$/),
  overQuota("xray.CreateSamplingRule", /^tracing-hello-health$/),
  denied("xray.CreateGroup", /^tracing$/),
  overQuota("ec2.CreateInternetGateway", /^egress-lease$/),
  denied("ec2.AttachInternetGateway", /^egress-lease$/),
  overQuota("ec2.CreateRoute", /^egress-lease$/),
  overQuota("ec2.AllocateAddress", /^egress-lease$/),
  overQuota("scheduler.CreateSchedule", /^egress-lease$/),
  overQuota("ec2.CreateNatGateway", /^egress-lease$/),
  byOurs(overQuota("ec2.AuthorizeSecurityGroupEgress", /^egress-lease$/)),
  denied("ecs.RegisterTaskDefinition", /^hello$/),
  overQuota("servicediscovery.CreateService", /^hello$/),
  denied("ecs.CreateService", /^hello$/),
  byAwsProvider(denied("ecs.DescribeServices", /^hello$/)),
  byOurs(denied("ecs.DescribeServices", /^hello$/)),
  overQuota("application-autoscaling.RegisterScalableTarget", /^hello$/),
  denied("application-autoscaling.PutScalingPolicy", /^hello/),
  overQuota("iam.CreateInstanceProfile", /^client-profile$/),
  denied("iam.AddRoleToInstanceProfile", /^client-profile$/),
  overQuota("ec2.RunInstances", /^client-instance$/),
  denied("ssm.SendCommand", /^client-ready$/),
];

/** The calls of the release. */
const closingCalls: readonly RefusedOnce[] = [
  denied("ec2.DeleteRoute", /^egress-release$/),
  denied("ecs.RunTask", /^egress-release$/),
  denied("ec2.DeleteNatGateway", /^egress-release$/),
  denied("ec2.ReleaseAddress", /^egress-release$/),
  denied("scheduler.DeleteSchedule", /^egress-release$/),
  denied("ec2.DetachInternetGateway", /^egress-release$/),
];

const deletingCalls: readonly RefusedOnce[] = [
  denied("ecs.DeleteService", /^hello$/),
  denied("ec2.TerminateInstances", /^client-instance$/),
  denied("ec2.DeleteNatGateway", /^egress-(lease|safeguard)$/),
  denied("servicediscovery.DeleteService", /^hello$/),
  denied("application-autoscaling.DeregisterScalableTarget", /^hello/),
  denied("ecr.DeleteRepository", /^(hello|collector)$/),
  denied("ec2.DeleteVpcEndpoints", /^network-/),
  denied("ec2.DeleteSecurityGroup", /^network-/),
  denied("ec2.DeleteVpc", /^network$/),
  denied("iam.DeleteRole", /^(egress-dead-man-switch|hello-(execution|task)|client-role)$/),
];

const atOnce = ["--yes", "--skip-preview"];

/** What costs money without a schedule that takes it away, and whatever is open more than once. */
function unguarded(inventory: readonly string[]): string[] {
  const open = openToTheInternet(inventory);
  const count = (kind: string) => open.filter((line) => line.includes(` ${kind} `)).length;
  const [gateways, addresses, schedules] = [count("nat_gateways"), count("addresses"), count("schedules")];
  return gateways <= 1 && addresses <= 1 && gateways + addresses <= schedules ? [] : open;
}

describe("calls that AWS refuses", function () {
  this.timeout(45 * 60_000);
  let programs: Programs;
  let rehearsal: Rehearsal;
  let atFirst: string[];
  /** What there is of each kind after a deployment in which nothing was refused for good. */
  let deployed: string[];
  let good = true;

  async function run(step: Step): Promise<readonly ResourceChange[]> {
    const { outcome, problems } = await runStep(rehearsal, reportTo(process), step);
    assert.deepEqual(problems, [], `see ${rehearsal.folder}`);
    return outcome.changes;
  }

  async function made(): Promise<string[]> {
    const added = inventoryDifference(atFirst, await rehearsal.account.inventory());
    return countKinds(added.map((line) => line.slice(2)));
  }

  /** Repeats a command while calls are refused: each time it fails, and those of which it has said so are allowed. */
  async function repeatUntilAllowed(command: "up" | "destroy", refusals: readonly RefusedOnce[]): Promise<void> {
    for (let left = refusals; left.length > 0; ) {
      await rehearsal.account.refuse(left);
      const { exitCode, errors, seconds, log } = await rehearsal.run(command, ...atOnce);
      const refused = await rehearsal.account.refuse([]);
      const met = left.filter(({ action, by }) => refused.some((call) => call.action === action && call.by === by));
      const names = met.map(({ action }) => action).join(", ");
      console.log(`  ${command} without ${names}: ${seconds.toFixed(1)} s, exit code ${exitCode}`);
      assert.equal(exitCode, 1, `never called: ${left.map(({ action }) => action)}; see ${log}`);
      const saysSo = ({ action, at, by }: RefusedOnce) =>
        refused
          .filter((call) => call.action === action && call.by === by)
          .every(({ message }) =>
            errors.some((error) => error.includes(message) && at.test(error.split(":")[0] ?? "")),
          );
      const unsaid = met.filter((refusal) => !saysSo(refusal)).map(({ action }) => action);
      assert.deepEqual(unsaid, [], `${errors.join("\n")}\nsee ${log}`);
      assert.deepEqual(unguarded(await rehearsal.account.inventory()), [], log);
      left = left.filter((refusal) => !met.includes(refusal));
    }
  }

  before(async function () {
    programs = requireTime(this);
    rehearsal = await Rehearsal.start("dev", programs);
    atFirst = await rehearsal.account.inventory();
    await rehearsal.configure({ maxTaskCount: 2 });
    // The provider for AWS takes LimitExceededException for throttling and calls up to 25 times
    // (https://github.com/hashicorp/terraform-provider-aws/issues/37605).
    await rehearsal.must("config", "set", "aws:maxRetries", "3");
  });
  afterEach(function () {
    good = good && this.currentTest?.state === "passed";
  });
  after(async () => {
    await rehearsal?.stop();
    if (good) rehearsal?.remove();
  });

  it("are made again when the first of each action is throttled, by up and by destroy", async () => {
    const throttled: Refusal[] = [{ action: "*", as: "throttled" }];
    await rehearsal.account.refuse(throttled);
    await run(upStep(rehearsal, "up, throttled"));
    const calls = await rehearsal.account.refuse([]);
    deployed = await made();
    await run(previewWithoutChanges);
    await rehearsal.account.refuse(throttled);
    await run(destroyStep(rehearsal, atFirst));
    calls.push(...(await rehearsal.account.refuse([])));
    const services = new Set(calls.map(({ action }) => action.split(".")[0]));
    console.log(`  ${calls.length} actions were throttled`);
    assert.deepEqual([...services].sort(), [
      "application-autoscaling",
      "ec2",
      "ecr",
      "ecs",
      "iam",
      "logs",
      "scheduler",
      "servicediscovery",
      "ssm",
      "xray",
    ]);
  });

  it("end up, which names resource and reason, and the next one goes on from there", async () => {
    await repeatUntilAllowed("up", makingCalls);
    // What was made half is in the state as if it were whole; of some groups only the program can tell.
    const { errors } = await rehearsal.run("up", ...atOnce, "--refresh");
    const commands = errors.flatMap((error) => /aws ec2 revoke.*(?= && pulumi up --refresh)/.exec(error)?.[0] ?? []);
    assert.notDeepEqual(commands, [], errors.join("\n"));
    for (const command of commands) typeCommand(rehearsal, programs.moto, command);
    await run(upStep(rehearsal, "up --refresh", ["--refresh"]));
    await run(previewWithoutChanges);
    await run(["refresh", ["refresh", ...atOnce], async (outcome) => unexpectedChanges(outcome)]);
    assert.deepEqual(await made(), deployed);
  });

  it("end the release, and the next up goes on from there", async () => {
    await rehearsal.configure({ collectorImageTag: "3.6.8" });
    await repeatUntilAllowed("up", closingCalls);
    await run(upStep(rehearsal));
    await run(previewWithoutChanges);
  });

  it("end destroy, which names resource and reason, and the next one takes away the rest", async () => {
    // While the lease is open for another image of the collector.
    await rehearsal.configure({ collectorImageTag: "3.6.9" });
    await repeatUntilAllowed("up", [denied("ecs.UpdateService", /^hello$/)]);
    await repeatUntilAllowed("destroy", deletingCalls);
    await run(destroyStep(rehearsal, atFirst));
  });
});
