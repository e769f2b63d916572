import { errorMessage } from "./awsErrors";

/**
 * The value as plain JSON. The host turns a Date into `{}`, fails after a create has run when `outs` hold `undefined`,
 * and never answers at all when the properties of a partial failure do.
 */
export function plainJson<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/**
 * The error which makes Pulumi save a resource that exists but is not finished: the next `pulumi up` updates it, and
 * `pulumi destroy` deletes it. It works for create and update only.
 *
 * @param cause what went wrong
 * @param id the id under which the resource is saved
 * @param properties what is saved as its outputs. Must hold the `__provider` of the inputs: unlike `outs`, these get none
 * from the host, and without one neither read nor delete can ever run.
 */
export function partialFailure(cause: unknown, id: string, properties: object): Error {
  const message = errorMessage(cause);
  return Object.assign(new Error(message, { cause }), { id, properties: plainJson(properties), reasons: [message] });
}
