import type { Problem } from "../../components/problem";
import { describeResource, type Evaluation, type RecordedResource } from "../evaluation/evaluation";

/** A problem of a resource which AWS would refuse, or accept and never work. */
export interface Finding extends Problem {
  /** Such as `aws:ec2/subnet:Subnet "network-public"`. */
  readonly resource: string;
  readonly instead: string;
}

/** Looks at everything the program told the engine, for one kind of mistake. */
export type Check = (evaluation: Evaluation) => Finding[] | Promise<Finding[]>;

/** What a rule looks at: a resource of any stack, as a program declares it. */
export type DeclaredResource = Pick<RecordedResource, "type" | "name" | "inputs">;

/**
 * Looks at one resource for what is wrong in anyone's stack. Checks apply it to an evaluation, the policy pack to what
 * the engine is told. A property without a value may be one that is not known yet, so a finding names the property that
 * it is about.
 */
export type Rule = (resource: DeclaredResource) => Finding[] | Promise<Finding[]>;

/** A finding on one line. */
export function formatFinding({ resource, property, wrong, instead }: Finding): string {
  return `${resource}: ${property}: ${wrong}; allowed: ${instead}`;
}

/**
 * A finding about one resource.
 *
 * @param property path of the property, such as `containerDefinitions.hello.image`
 */
export function finding(resource: DeclaredResource, property: string, wrong: string, instead: string): Finding {
  return { resource: describeResource(resource), property, wrong, instead };
}

/** Every value within a value, except lists and objects, with its path. */
export function* leaves(value: unknown, path: string): Generator<{ path: string; value: unknown }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* leaves(item, `${path}[${index}]`);
    }
  } else if (value !== null && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      yield* leaves(item, path === "" ? key : `${path}.${key}`);
    }
  } else {
    yield { path, value };
  }
}

/** Every text in a resource's inputs, with its path. */
export function* texts(resource: DeclaredResource): Generator<{ path: string; text: string }> {
  for (const { path, value } of leaves(resource.inputs, "")) {
    if (typeof value === "string") {
      yield { path, text: value };
    }
  }
}

/** An object's entries as a record; an empty one for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
}

/** A list's items; a single value is a list of one, as in IAM's grammar; none for `undefined`. */
export function asList(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** A readable form of any value in a message. */
export function show(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? "nothing");
}
