/**
 * Pulumi's wire format marks what plain JSON cannot say by objects with a signature key
 * (https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts).
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** A value off the wire as a person reads it. */
interface PlainValue {
  readonly value: unknown;
  /** Paths at which secrets stood. */
  readonly secrets: string[];
}

/** A secret as it goes over the wire. */
export function secretOnWire(value: unknown): Readonly<Record<string, unknown>> {
  return { [signatureKey]: secretSignature, value };
}

/** Unwraps secrets and resource references; assets and archives stay the objects they are, without their signature. */
export function plainValue(wire: unknown, path = ""): PlainValue {
  const secrets: string[] = [];
  return { value: unwrap(wire, path, secrets), secrets };
}

function unwrap(wire: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(wire)) {
    return wire.map((item, index) => unwrap(item, `${path}[${index}]`, secrets));
  }
  if (wire === null || typeof wire !== "object") {
    return wire;
  }
  const object: Record<string, unknown> = { ...wire };
  const signature = object[signatureKey];
  delete object[signatureKey];
  if (signature === secretSignature) {
    secrets.push(path);
    return unwrap(object.value, path, secrets);
  }
  if (signature === resourceSignature) {
    return object.id ?? object.urn;
  }
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, unwrap(value, path === "" ? key : `${path}.${key}`, secrets)]),
  );
}
