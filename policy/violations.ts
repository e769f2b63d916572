import { asRecord, type Rule } from "../tools/checks/check";

/** A resource as the engine hands it to a policy pack. */
interface AnalyzedResource {
  readonly type: string;
  readonly name: string;
  /** Throws where a value is read that is not known during a preview. */
  readonly props: object;
}

/**
 * What is wrong with a resource, a sentence each. What is not known during a preview is judged by the update, before the
 * resource is made; all else is judged at once.
 */
export async function violations(rule: Rule, { type, name, props }: AnalyzedResource): Promise<string[]> {
  const unknown: string[] = [];
  const findings = await rule({ type, name, inputs: asRecord(knownValue(props, "", unknown)) });
  return findings
    .filter(({ property }) => !unknown.some((path) => isWithin(property, path)))
    .map(({ property, wrong, instead }) => `${property}: ${wrong}. Instead: ${instead}.`);
}

function isWithin(property: string, path: string): boolean {
  return property === path || property.startsWith(`${path}.`) || property.startsWith(`${path}[`);
}

/** A copy of a value, with nothing where it is unknown; the paths of that are added to `unknown`. */
function knownValue(value: unknown, path: string, unknown: string[]): unknown {
  if (value === null || typeof value !== "object") return value;
  const members = Object.keys(value).map((key): [key: string, member: unknown] => {
    const at = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return [key, knownValue(readMember(value, key, at, unknown), at, unknown)];
  });
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

/** Where a value is unknown: https://github.com/pulumi/pulumi-policy/blob/main/sdk/nodejs/policy/proxy.ts */
function readMember(value: object, key: string, path: string, unknown: string[]): unknown {
  try {
    return Reflect.get(value, key);
  } catch (error) {
    if (!(error instanceof Error) || error.constructor.name !== "UnknownValueError") throw error;
    unknown.push(path);
    return undefined;
  }
}
