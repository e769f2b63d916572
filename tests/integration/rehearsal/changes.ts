import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { reportTo } from "./command";
import type { ResourceChange } from "./engineEvents";
import { type Programs, Rehearsal } from "./rehearsal";
import {
  destroyStep,
  previewWithoutChanges,
  refreshWithoutChanges,
  runStep,
  type Step,
  upStep,
} from "./stackRehearsal";

/** A change of a stack that is deployed. */
export interface Change {
  readonly name: string;
  /** The settings that change, or what else does. */
  readonly to: Readonly<Record<string, string | number>> | ((rehearsal: Rehearsal) => void);
  /** What has to be replaced, by type, such as `ec2.Subnet`, and `2 ec2.Subnet` for two. @default nothing */
  readonly replaces?: readonly string[];
  /** Whether it needs internet access for a while. @default no */
  readonly opens?: boolean;
  /** Services which it takes away. @default none */
  readonly stops?: readonly string[];
}

/** What a temporary NAT gateway consists of. */
export const lease = ["NatGatewayLease", "NatGatewayLeaseSafeguard", "NatGatewayRelease"];
/** All that is in the VPC of `dev`, and what finds it. The service itself moves. */
export const networkOfDev = [
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

/** A stack that is deployed in an account of its own, and changed. */
class ChangingStack {
  private readonly listener = reportTo(process);

  private constructor(
    private readonly rehearsal: Rehearsal,
    private readonly atFirst: readonly string[],
  ) {}

  static async deploy(stack: string, programs: Programs): Promise<ChangingStack> {
    const rehearsal = await Rehearsal.start(stack, programs);
    const changing = new ChangingStack(rehearsal, await rehearsal.account.inventory());
    try {
      await changing.run(upStep(rehearsal, `up ${stack}`));
    } catch (error) {
      await rehearsal.stop();
      throw error;
    }
    return changing;
  }

  /** Makes a change: what is replaced is as foreseen, and a second deployment would find nothing to do. */
  async change({ name, to, replaces = [], opens = false, stops }: Change): Promise<void> {
    const { rehearsal } = this;
    await (typeof to === "function" ? to(rehearsal) : rehearsal.configure(to));
    const earlierCalls = statSync(rehearsal.callsFile).size;
    const changed = await this.run(upStep(rehearsal, name, [], stops));
    const calls = readFileSync(rehearsal.callsFile).subarray(earlierCalls).toString();
    await this.run(previewWithoutChanges);
    assert.deepEqual(
      { replaces: replacedTypes(changed), opens: /^ {2}CreateNatGateway /m.test(calls) },
      { replaces: sorted(replaces), opens },
    );
  }

  /** Looks whether all is as the state says, and destroys it. */
  async destroy(): Promise<void> {
    await this.run(refreshWithoutChanges);
    await this.run(destroyStep(this.rehearsal, this.atFirst));
  }

  /** @param good whether state and logs are of no interest any more */
  async stop(good: boolean): Promise<void> {
    await this.rehearsal.stop();
    if (good) this.rehearsal.remove();
  }

  private async run(step: Step): Promise<readonly ResourceChange[]> {
    const { outcome, problems } = await runStep(this.rehearsal, this.listener, step);
    assert.deepEqual(problems, [], `see ${this.rehearsal.folder}`);
    return outcome.changes;
  }
}

function sorted(types: readonly string[]): string[] {
  return [...types].sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
}

function nameOf(counted: string): string {
  return counted.split(" ").at(-1) ?? "";
}

/** What was replaced, by type, such as `2 ec2.Subnet`. */
function replacedTypes(all: readonly ResourceChange[]): string[] {
  const types = all.filter(({ op }) => op === "replace").map(({ type }) => shortType(type));
  const count = (name: string) => types.filter((type) => type === name).length;
  return sorted([...new Set(types)].map((name) => (count(name) === 1 ? name : `${count(name)} ${name}`)));
}

/** `ec2.Subnet` for `aws:ec2/subnet:Subnet`, and `NatGatewayLease` for a resource of this program's. */
function shortType(type: string): string {
  const [provider, module = "", name = ""] = type.split(":");
  return provider === "aws" ? `${module.split("/")[0]}.${name}` : name || module;
}

/** A suite of changes, one after the other, of a stack that is deployed for it and destroyed in the end. */
export function describeChanges(
  stack: string,
  changes: readonly Change[],
  prepare: (context: Mocha.Context) => Programs,
) {
  let changing: ChangingStack | undefined;
  let good = false;

  before(async function () {
    changing = await ChangingStack.deploy(stack, prepare(this));
    good = true;
  });
  afterEach(function () {
    good = good && this.currentTest?.state === "passed";
  });
  after(() => changing?.stop(good));

  for (const change of changes) it(`becomes: ${change.name}`, () => changing?.change(change));

  it("is destroyed without leaving anything", () => changing?.destroy());
}
