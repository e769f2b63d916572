import { describeResource, type Evaluation, type RecordedResource } from "../evaluation/evaluate";

/** A mistake which AWS would refuse, or accept and never work. */
export interface Finding {
  /** Such as `aws:ec2/subnet:Subnet "network-public"`. */
  readonly resource: string;
  /** Path of the property, such as `containerDefinitions[0].image`. */
  readonly property: string;
  readonly problem: string;
  /** What to write instead. */
  readonly allowed: string;
}

/** Looks at everything the program told the engine, for one kind of mistake. */
export type Check = (evaluation: Evaluation) => Finding[] | Promise<Finding[]>;

/** A finding on one line. */
export function formatFinding({ resource, property, problem, allowed }: Finding): string {
  return `${resource}: ${property}: ${problem}; allowed: ${allowed}`;
}

/** Writes findings about one resource. */
export function finding(resource: RecordedResource, property: string, problem: string, allowed: string): Finding {
  return { resource: describeResource(resource), property, problem, allowed };
}

/** The resources of one type. */
export function ofType(evaluation: Evaluation, type: string): RecordedResource[] {
  return evaluation.resources.filter((resource) => resource.type === type);
}

/** Every value within a value which is no list or object, with its path. */
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
export function* texts(resource: RecordedResource): Generator<{ path: string; text: string }> {
  for (const { path, value } of leaves(resource.inputs, "")) {
    if (typeof value === "string") {
      yield { path, text: value };
    }
  }
}

/** The value of a JSON text, `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
