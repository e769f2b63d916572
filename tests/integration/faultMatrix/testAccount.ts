import assert from "node:assert/strict";
import { forwardTo } from "../../aws/awsGate";
import { nameOf, type RawAnswer, type RawCall } from "../../aws/awsProtocol";
import { Ec2Double } from "../../aws/ec2Double";
import type { Ec2Inventory, NatGateway } from "../../aws/ec2DoubleAccount";
import type { Tags } from "../../aws/ec2DoubleRequest";
import { seededAccount } from "../../aws/ec2DoubleSeed";
import { ProofDouble } from "../../aws/proofDouble";
import { leaseId, leaseInputs, tagKey } from "../../pulumi/leaseInputs";
import { ProbeTasks } from "./probeTasks";

/** Names of services by which the proof is done, as in the header `x-amz-target`. */
const proofServices = /^(AmazonEC2ContainerRegistry|AmazonEC2ContainerService|Logs)_?V?\d+\./;

/** A call which an account has carried out. */
export interface CarriedOut {
  readonly call: RawCall;
  readonly name: string;
  /** Seconds of the account's clock. */
  readonly at: number;
}

/**
 * All of AWS that the lease, its release and its proof meet: the doubles behind one address, and what they were asked.
 */
export class TestAccount {
  /** What was carried out so far. With a clock that runs by calls, repeating it makes the same account again. */
  readonly log: CarriedOut[] = [];
  /** Every NAT gateway the lease ever had. */
  readonly natGatewaysMade = new Set<string>();
  /** Whatever broke a rule which holds at every moment. */
  readonly violations: string[] = [];
  /** Called after each call that was carried out. */
  afterCall: (name: string) => void = () => {};
  readonly tasks: ProbeTasks;

  private constructor(
    readonly ec2: Ec2Double,
    private readonly proof: ProofDouble,
    private readonly secondsPerCall: number,
  ) {
    this.tasks = new ProbeTasks(ec2, leaseInputs().network.privateRouteTableIds, leaseId);
    proof.answers = this.tasks.answers;
  }

  /**
   * @param secondsPerCall seconds which pass at each call, so that the same calls find the same states whenever made
   * @param speed seconds which pass in one real second
   */
  static async start({ speed = 0, secondsPerCall = 30 } = {}): Promise<TestAccount> {
    const ec2 = await Ec2Double.start({ seed: seededAccount(), speed, secondsPerCall: 0 });
    return new TestAccount(ec2, await ProofDouble.start(), secondsPerCall);
  }

  /** An account in the very state of the one which carried out these calls. */
  static async replay(log: readonly CarriedOut[]): Promise<TestAccount> {
    const account = await TestAccount.start();
    for (const { call } of log) {
      await account.answer(call);
    }
    assert.deepEqual(account.violations, []);
    return account;
  }

  async answer(call: RawCall): Promise<RawAnswer> {
    this.ec2.pass(this.secondsPerCall);
    const name = nameOf(call);
    this.log.push({ call, name, at: this.ec2.account.now() });
    const proof = proofServices.test(String(call.headers["x-amz-target"]));
    const answer = await forwardTo((proof ? this.proof : this.ec2).environment.AWS_ENDPOINT_URL ?? "")(call);
    this.afterCall(name);
    this.look(name);
    return answer;
  }

  inventory(): Ec2Inventory {
    return this.ec2.inventory();
  }

  /** What differs from the account at its beginning; empty when nothing is left over, and nothing of others touched. */
  leftovers(): string[] {
    return differences(seededAccount(), this.inventory());
  }

  async stop(): Promise<void> {
    await Promise.all([this.ec2.stop(), this.proof.stop()]);
  }

  /** Looks for what must not be at any moment: a second one of a thing would cost, or get in the way. */
  private look(name: string): void {
    const { internetGateways, addresses, natGateways, rules } = this.ec2.account.objects;
    const live = ({ state }: NatGateway) => state === "pending" || state === "available";
    const things = {
      "internet gateways": ours(internetGateways),
      addresses: ours(addresses),
      "live NAT gateways": ours(natGateways, live),
      "rules of sg-client": ours(rules, ({ groupId }) => groupId === "sg-client"),
      "rules of sg-containers": ours(rules, ({ groupId }) => groupId === "sg-containers"),
    };
    for (const [thing, ids] of Object.entries(things)) {
      if (ids.length > 1) this.violations.push(`${ids.length} ${thing} after ${name}: ${ids.join(", ")}`);
    }
    for (const id of ours(natGateways)) this.natGatewaysMade.add(id);
    this.violations.push(...this.proof.refused().splice(0));
  }
}

/** The ids of the lease's objects. */
function ours<T extends { tags: Tags }>(objects: Record<string, T>, which: (object: T) => boolean = () => true) {
  const found = Object.entries(objects).filter(([, object]) => object.tags[tagKey] === leaseId && which(object));
  return found.map(([id]) => id);
}

/** The paths at which two inventories differ. */
function differences(before: unknown, after: unknown, path = ""): string[] {
  if (typeof before === "object" && before !== null && typeof after === "object" && after !== null) {
    const [olds, news] = [before as Record<string, unknown>, after as Record<string, unknown>];
    const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
    return names.flatMap((name) => differences(olds[name], news[name], path === "" ? name : `${path} ${name}`));
  }
  if (before === after) {
    return [];
  }
  return [before === undefined ? `left: ${path}` : after === undefined ? `gone: ${path}` : `changed: ${path}`];
}
