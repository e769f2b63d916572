import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { reportTo } from "./command";
import type { ResourceChange } from "./engineEvents";
import { Rehearsal } from "./rehearsal";
import { requirePrograms } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, runStep, type Step, upStep } from "./stackRehearsal";

/** A change of a stack that is deployed. */
interface Change {
  readonly name: string;
  /** The settings that change, or what else does. */
  readonly to: Readonly<Record<string, string | number>> | ((rehearsal: Rehearsal) => void);
  /** What has to be replaced, by type. */
  readonly replaces: readonly string[];
}

const sidecar = {
  collector: "xray-daemon",
  collectorImageSource: "pull-through-cache",
  egress: "temporary-nat-gateway",
};
const packed = { collector: "xray-daemon-packed", collectorImageSource: "mirror", egress: "none" };

const lease = ["NatGatewayLease", "NatGatewayLeaseSafeguard", "NatGatewayRelease"];
/** All that is in a VPC, and what finds it. The service itself moves. */
const network = [
  "LoadClientReadiness",
  ...lease,
  "ec2.DefaultSecurityGroup",
  "ec2.Instance",
  "2 ec2.RouteTable",
  "3 ec2.RouteTableAssociation",
  "4 ec2.SecurityGroup",
  "3 ec2.Subnet",
  "ec2.Vpc",
  "7 ec2.VpcEndpoint",
  "servicediscovery.PrivateDnsNamespace",
  "servicediscovery.Service",
  "5 vpc.SecurityGroupEgressRule",
  "3 vpc.SecurityGroupIngressRule",
];

/** One after the other, from the settings of `dev`. */
const changes: readonly Change[] = [
  { name: "a larger task", to: { taskCpu: 1024, taskMemory: 2048 }, replaces: ["ecs.TaskDefinition"] },
  {
    name: "another app image",
    to: ({ project }) => appendFileSync(join(project, "app/hello/service.ts"), "\n// Another content.\n"),
    replaces: ["ecs.TaskDefinition"],
  },
  { name: "two zones", to: { availabilityZones: 2 }, replaces: [] },
  { name: "three zones", to: { availabilityZones: 3 }, replaces: [] },
  { name: "one zone again", to: { availabilityZones: 1 }, replaces: [] },
  { name: "another collector image", to: { collectorImageTag: "3.6.8" }, replaces: ["ecs.TaskDefinition"] },
  { name: "two to three tasks", to: { minTaskCount: 2, maxTaskCount: 3 }, replaces: [] },
  { name: "other addresses for the VPC", to: { vpcCidr: "10.8.0.0/16" }, replaces: network },
  { name: "collector in the app's container, without internet access", to: packed, replaces: ["ecs.TaskDefinition"] },
  { name: "collector beside the app again", to: sidecar, replaces: ["ecs.TaskDefinition"] },
  // Other groups may reach the internet, so it is another lease.
  { name: "four services", to: { app: "chain" }, replaces: lease },
  { name: "one service again", to: { app: "hello" }, replaces: lease },
];

/** What was replaced, by type, such as `2 ec2.Subnet`. */
function replacedTypes(all: readonly ResourceChange[]): string[] {
  const types = all.filter(({ op }) => op === "replace").map(({ type }) => shortType(type));
  const names = [...new Set(types)].sort();
  const count = (name: string) => types.filter((type) => type === name).length;
  return names.map((name) => (count(name) === 1 ? name : `${count(name)} ${name}`));
}

/** `ec2.Subnet` for `aws:ec2/subnet:Subnet`, and `NatGatewayLease` for a resource of this program's. */
function shortType(type: string): string {
  const [provider, module = "", name = ""] = type.split(":");
  return provider === "aws" ? `${module.split("/")[0]}.${name}` : name || module;
}

describe("a deployed stack that changes", function () {
  this.timeout(20 * 60_000);
  const listener = reportTo(process);
  let rehearsal: Rehearsal;
  let atFirst: string[];
  let good = false;

  async function run(step: Step): Promise<readonly ResourceChange[]> {
    const { outcome, problems } = await runStep(rehearsal, listener, step);
    assert.deepEqual(problems, [], `see ${rehearsal.folder}`);
    return outcome.changes;
  }

  before(async function () {
    rehearsal = await Rehearsal.start("dev", requirePrograms(this));
    atFirst = await rehearsal.account.inventory();
    await run(upStep(rehearsal));
    good = true;
  });
  afterEach(function () {
    good = good && this.currentTest?.state === "passed";
  });
  after(async () => {
    await rehearsal?.stop();
    if (good) rehearsal?.remove();
  });

  for (const { name, to, replaces } of changes) {
    it(`becomes: ${name}`, async () => {
      await (typeof to === "function" ? to(rehearsal) : rehearsal.configure(to));
      const changed = await run(upStep(rehearsal, name));
      await run(previewWithoutChanges);
      assert.deepEqual(replacedTypes(changed), replaces);
    });
  }

  it("is destroyed without leaving anything", async () => {
    await run(destroyStep(rehearsal, atFirst));
  });
});
