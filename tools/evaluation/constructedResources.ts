import * as pulumi from "@pulumi/pulumi";
import { describeResource } from "./evaluation";
import { messageOf, type ProgramError } from "./programErrors";

/** What became of a value which may be a promise or an output. */
type Settled =
  | { readonly state: "known" }
  | { readonly state: "pending" }
  | { readonly state: "failed"; reason: unknown };

interface Constructed {
  readonly resource: pulumi.Resource;
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly dependsOn: unknown;
  readonly parent?: pulumi.Resource;
}

/** Output's `promise()` is what Pulumi's runtime itself awaits; its type declarations leave it out. */
interface Awaitable {
  promise(): Promise<unknown>;
}

/**
 * The resources as the program constructs them, which is before Pulumi waits for their inputs: those that never get
 * past their inputs are known here only.
 */
export class ConstructedResources {
  private readonly list: Constructed[] = [];

  get count(): number {
    return this.list.length;
  }

  observe({ resource, type, name, props, opts }: pulumi.ResourceTransformationArgs): undefined {
    this.list.push({ resource, type, name, props: props ?? {}, dependsOn: opts.dependsOn, parent: opts.parent });
    return undefined;
  }

  /** The properties which this resource's class declares and which got no value: outputs, and inputs left out. */
  undeclared(type: string, name: string): string[] {
    const constructed = this.list.find((candidate) => candidate.type === type && candidate.name === name);
    return Object.entries(constructed?.props ?? {})
      .filter(([, value]) => value === undefined)
      .map(([property]) => property);
  }

  /** The place of each registered resource in the order of construction. */
  async orderByUrn(): Promise<Map<string, number>> {
    const order = new Map<string, number>();
    await Promise.all(
      this.list.map(async ({ resource }, index) => {
        const urn = await valueIfKnown<string>(resource.urn);
        if (urn !== undefined) {
          order.set(urn, index);
        }
      }),
    );
    return order;
  }

  /**
   * Says for each error which resource's input it happened in. Without any error, says which resources wait for
   * something that never comes.
   *
   * @param ended whether the program itself came to its end
   */
  async explain(reasons: readonly unknown[], ended: boolean): Promise<ProgramError[]> {
    const stuck = await this.stuckInputs();
    if (reasons.length > 0) {
      return distinct(reasons.map((reason) => explainReason(reason, stuck)));
    }
    const [first, ...others] = stuck.sort((a, b) => Number(a.input !== undefined) - Number(b.input !== undefined));
    if (first !== undefined) {
      const more = others.length === 0 ? "" : ` (${others.length} more wait in vain, perhaps for this one)`;
      const what =
        first.input === undefined ? "waits for a resource which waits for it in turn" : `${first.input} never resolves`;
      return [{ resource: first.resource, message: `${what}${more}` }];
    }
    return ended ? [] : [{ message: "the program never ends: something it awaits or exports never resolves" }];
  }

  private async stuckInputs(): Promise<StuckInput[]> {
    const stuck: StuckInput[] = [];
    for (const constructed of this.list) {
      if ((await stateOf(constructed.resource.urn)).state === "known") {
        continue;
      }
      const inputs = [
        ...Object.entries(constructed.props).map(([property, value]) => [`input \`${property}\``, value] as const),
        ["option `dependsOn`", await urnsOf(constructed.dependsOn)] as const,
      ];
      const resource = describeResource(constructed);
      const settled = await Promise.all(
        inputs.map(async ([input, value]) => ({ input, settled: await stateOf(value) })),
      );
      const unknown = settled.filter((each) => each.settled.state !== "known");
      stuck.push(...unknown.map((each) => ({ resource, ...each })));
      if (unknown.length === 0 && (await stateOf(constructed.parent?.urn)).state === "known") {
        stuck.push({ resource, settled: { state: "pending" } });
      }
    }
    return stuck;
  }
}

interface StuckInput {
  readonly resource: string;
  /** Undefined when all inputs are known, and so is the parent. */
  readonly input?: string;
  readonly settled: Settled;
}

function explainReason(reason: unknown, stuck: readonly StuckInput[]): ProgramError {
  const message = messageOf(reason);
  const registration = /^failed to register new resource (.+?) \[(.+?)\]: (.*)$/.exec(message);
  if (registration !== null) {
    const [, name = "", type = "", detail = ""] = registration;
    return { resource: describeResource({ type, name }), message: detail, cause: reason };
  }
  const origin = stuck.find(({ settled }) => settled.state === "failed" && settled.reason === reason);
  return origin === undefined
    ? { message, cause: reason }
    : { resource: origin.resource, message: `${origin.input}: ${message}`, cause: reason };
}

/** One mistake can be thrown anew in several places. */
function distinct(errors: ProgramError[]): ProgramError[] {
  const seen = new Set<string>();
  return errors.filter(({ message }) => !seen.has(message) && seen.add(message));
}

/**
 * The URNs of resources which may be one or many, given at once or later; an output of a resource itself is known at
 * once.
 */
async function urnsOf(dependsOn: unknown): Promise<unknown> {
  if ((await stateOf(dependsOn)).state !== "known") {
    return dependsOn;
  }
  const resources = await (pulumi.output(dependsOn) as unknown as Awaitable).promise();
  return (Array.isArray(resources) ? resources : [resources]).map(
    (each) => pulumi.Resource.isInstance(each) && each.urn,
  );
}

async function stateOf(value: unknown): Promise<Settled> {
  const promise = (pulumi.output(value) as unknown as Awaitable).promise();
  const pending: Settled = { state: "pending" };
  return Promise.race([
    promise.then(
      (): Settled => ({ state: "known" }),
      (reason): Settled => ({ state: "failed", reason }),
    ),
    new Promise<Settled>((resolve) => setImmediate(() => resolve(pending))),
  ]);
}

async function valueIfKnown<T>(value: pulumi.Output<T>): Promise<T | undefined> {
  const promise = (value as unknown as { promise(): Promise<T> }).promise();
  return Promise.race([
    promise.catch(() => undefined),
    new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined))),
  ]);
}
