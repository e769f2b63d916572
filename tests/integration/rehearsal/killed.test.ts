import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../../tools/values";
import { countKinds } from "./account";
import { reportTo } from "./command";
import { describeMoment, type Interruption, type Moment, runInterrupted } from "./interruption";
import { type Programs, Rehearsal } from "./rehearsal";
import { requireTime } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, runStep, type Step, unexpectedChanges, upStep } from "./stackRehearsal";
import type { StateResource } from "./state";
import { typeLeftovers } from "./typedCommands";

const call = (name: string): Moment => ({ call: name });
const begins = (type: string): Moment => ({ step: "begins", type });

/** Commands that are interrupted one after the other, and the one that is typed in the end. */
interface Chain {
  readonly interrupted: readonly (readonly [command: "up" | "destroy", by: Interruption, at: Moment])[];
  readonly after: "up" | "destroy";
}

/**
 * The order saves deployments: each chain ends as the next one begins. Within a chain, what is made or deleted at a moment
 * depends on what was at the moment before, so each moment comes.
 */
const chains: readonly Chain[] = [
  { interrupted: [["up", "kill", call("ContainerService.CreateService")]], after: "up" },
  { interrupted: [["destroy", "kill", begins("NatGatewayRelease")]], after: "up" },
  { interrupted: [["destroy", "Ctrl-C twice", call("DeleteVpcEndpoints")]], after: "destroy" },
  {
    interrupted: [
      ["up", "kill", call("PutRolePolicy")],
      ["up", "Ctrl-C", begins("NatGatewayLease")],
    ],
    after: "destroy",
  },
  {
    interrupted: [
      ["up", "kill", call("CreateRole")],
      ["up", "kill", call("AddRoleToInstanceProfile")],
    ],
    after: "destroy",
  },
  {
    interrupted: [
      ["up", "Ctrl-C twice", call("CreateVpc")],
      ["up", "kill", begins("NatGatewayLeaseSafeguard")],
    ],
    after: "destroy",
  },
  {
    interrupted: [
      ["up", "kill", call("CreatePullThroughCacheRule")],
      ["up", "Ctrl-C twice", call("CreateRepository")],
      ["up", "kill", call("CreateVpcEndpoint")],
      ["up", "kill", call("RunInstances")],
    ],
    after: "destroy",
  },
  {
    interrupted: [
      ["up", "kill", call("AuthorizeSecurityGroupIngress")],
      ["up", "kill", call("AllocateAddress")],
      ["up", "Ctrl-C twice", call("CreateNatGateway")],
      ["up", "kill", call("CreateRoute")],
      ["up", "Ctrl-C twice", call("ContainerService.CreateService")],
      ["up", "kill", call("RegisterScalableTarget")],
      ["up", "kill", call("PutScalingPolicy")],
      ["up", "Ctrl-C", begins("NatGatewayRelease")],
    ],
    after: "up",
  },
  {
    interrupted: [
      ["destroy", "kill", call("DeregisterScalableTarget")],
      ["destroy", "Ctrl-C", begins("ecs/service:Service")],
      ["destroy", "kill", begins("NatGatewayLease")],
      ["destroy", "kill", begins("NatGatewayLeaseSafeguard")],
      ["destroy", "kill", call("DeleteSecurityGroup")],
      ["destroy", "Ctrl-C twice", call("DeleteVpc")],
    ],
    after: "destroy",
  },
  {
    interrupted: [
      ["up", "kill", call("CreatePrivateDnsNamespace")],
      ["up", "kill", call("Route53AutoNaming.CreateService")],
      ["up", "Ctrl-C", call("CreateNatGateway")],
      ["destroy", "kill", call("DeleteNatGateway")],
    ],
    after: "up",
  },
  {
    interrupted: [
      ["destroy", "kill", call("TerminateInstances")],
      ["destroy", "kill", call("DeleteNamespace")],
    ],
    after: "up",
  },
  { interrupted: [["destroy", "kill", call("DeleteCluster")]], after: "destroy" },
  {
    interrupted: [
      // Not RunTask: in the stand-in for AWS, a task that nobody looks at never ends, and keeps its network interface.
      ["up", "Ctrl-C twice", call("DeleteNatGateway")],
      ["up", "kill", call("ReleaseAddress")],
      ["up", "kill", call("DetachInternetGateway")],
    ],
    after: "destroy",
  },
];

const atOnce = ["--yes", "--skip-preview"];
const clearPendingCreates: Step = [
  "clear what was pending",
  ["refresh", ...atOnce, "--clear-pending-creates"],
  async (outcome) => unexpectedChanges(outcome),
];

describe("commands that are interrupted", function () {
  this.timeout(20 * 60_000);
  const listener = reportTo(process);
  let programs: Programs;
  let rehearsal: Rehearsal | undefined;
  let isDeployed = false;
  /** The account without the stack. */
  let empty: readonly string[] = [];
  /** What the account has of each kind with the stack: twice of nothing. */
  let deployed: readonly string[] | undefined;

  before(function () {
    programs = requireTime(this);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "passed") return;
    // State and logs are kept, and the next chain begins anew.
    console.log(`      ${this.currentTest?.err?.message}; state and logs are kept in ${rehearsal?.folder}`);
    await rehearsal?.stop();
    rehearsal = undefined;
    isDeployed = false;
  });
  after(async () => {
    await rehearsal?.stop();
    rehearsal?.remove();
  });

  async function run(on: Rehearsal, step: Step): Promise<void> {
    const { problems } = await runStep(on, listener, step);
    assert.deepEqual(problems, [], `see ${on.folder}`);
  }

  async function begin(): Promise<Rehearsal> {
    rehearsal = await Rehearsal.start("dev", programs);
    // With a scalable target.
    await rehearsal.configure({ maxTaskCount: 2 });
    empty = await rehearsal.account.inventory();
    return rehearsal;
  }

  /** Deploys and looks whether all is as it should be, or destroys. */
  async function bring(on: Rehearsal, to: "up" | "destroy", options: readonly string[] = []): Promise<void> {
    const [name, args, check] = to === "up" ? upStep(on) : destroyStep(on, empty);
    await run(on, [[name, ...options].join(" "), [...args, ...options], check]);
    if (to === "up") {
      await run(on, clearPendingCreates);
      await run(on, previewWithoutChanges);
      const counts = countKinds(await on.account.inventory());
      deployed ??= counts;
      assert.deepEqual(counts, deployed, `see ${on.folder}`);
    }
    isDeployed = to === "up";
  }

  /**
   * Interrupts a command, and types what docs/interrupted-deployments.md says comes before the next one.
   *
   * @returns options of the next one
   */
  async function interrupt(
    on: Rehearsal,
    [command, by, at]: Chain["interrupted"][number],
    options: readonly string[],
  ): Promise<readonly string[]> {
    const { seconds } = await runInterrupted(on, [command, ...atOnce, ...options], { at, by });
    console.log(`  ${command.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s  ${by} ${describeMoment(at)}`);
    if (by === "Ctrl-C") return [];
    if (by === "kill") {
      repairState(on);
      await on.must("cancel", "--yes");
    }
    for (const typed of await typeLeftovers(on, programs.moto)) console.log(`      ${typed}`);
    return command === "destroy" ? ["--refresh"] : [];
  }

  for (const { interrupted, after: next } of chains) {
    const names = interrupted.map(([command, by, at]) => `${command}: ${by} ${describeMoment(at)}`);
    it(`leave nothing after ${next}: ${names.join(", ")}`, async () => {
      const on = rehearsal ?? (await begin());
      const startsDeployed = interrupted[0]?.[0] === "destroy";
      if (isDeployed !== startsDeployed) await bring(on, startsDeployed ? "up" : "destroy");
      let options: readonly string[] = [];
      for (const each of interrupted) options = await interrupt(on, each, options);
      const isHalfDeleted = next === "up" && options.includes("--refresh");
      await bring(on, next, isHalfDeleted ? [...options, ...replaceLease(on)] : options);
    });
  }
});

/** A lease that was being deleted is open in the state, so `up` would not open it (docs/interrupted-deployments.md). */
function replaceLease({ folder }: Rehearsal): string[] {
  const { deployment } = JSON.parse(readFileSync(join(folder, "exported.json"), "utf8")) as {
    deployment: { pending_operations?: { type: string; resource: StateResource }[] };
  };
  return (deployment.pending_operations ?? [])
    .filter(({ type, resource }) => type === "deleting" && resource.type.endsWith(":NatGatewayLease"))
    .flatMap(({ resource }) => ["--replace", resource.urn]);
}

/** With the state in a folder, a kill may leave a file cut off (docs/interrupted-deployments.md). */
function repairState({ folder, stack }: Rehearsal): void {
  const state = join(folder, "state/.pulumi");
  execFileSync("find", [state, "-name", "*.attrs", "-empty", "-delete"]);
  const file = join(state, `stacks/traced-fargate/${stack}.json`);
  if (parseJson(readFileSync(file, "utf8")) === undefined) copyFileSync(`${file}.bak`, file);
}
