import { isDeepStrictEqual } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { errorMessage } from "./awsErrors";

/** What a change of each input means: another resource, an update of this one, or nothing. */
export type InputEffects<T extends object> = { readonly [name in keyof Required<T>]: "replace" | "update" | "nothing" };

/**
 * What has changed from the state to the new inputs, for a provider's `diff`. Only inputs are compared, never the
 * provider's code, which the host adds to both: without a `diff`, each change of it would be an update.
 */
export function diffInputs<T extends object>(
  effects: InputEffects<T>,
  olds: Partial<T>,
  news: T,
): { changes: boolean; replaces: string[] } {
  const changed = (Object.keys(effects) as (keyof T & string)[]).filter(
    (name) => effects[name] !== "nothing" && !isDeepStrictEqual(olds[name], news[name]),
  );
  return { changes: changed.length > 0, replaces: changed.filter((name) => effects[name] === "replace") };
}

/** The inputs alone which are set, out of properties that hold more: the host adds some of its own. */
export function pickInputs<T extends object, N extends string>(
  inputs: { readonly [name in N]: unknown },
  properties: T,
): Pick<T, N & keyof T> {
  const names = Object.keys(inputs) as (N & keyof T)[];
  const given = names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]);
  return Object.fromEntries(given) as Pick<T, N & keyof T>;
}

/**
 * The value as plain JSON. The host turns a Date into `{}`, fails after a create has run when `outs` hold `undefined`,
 * and never answers at all when the properties of a partial failure do.
 */
export function plainJson<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** The same provider in a text about a fifth as long, which unpacks itself when the host loads it. */
export function packProvider(provider: string): string {
  const packed = brotliCompressSync(Buffer.from(provider)).toString("base64");
  return [
    `const text = require("zlib").brotliDecompressSync(Buffer.from("${packed}", "base64")).toString();`,
    `const unpacked = new (require("module"))("provider");`,
    `unpacked.paths = module.paths;`,
    `unpacked._compile(text, "provider");`,
    `exports.handler = unpacked.exports.handler;`,
  ].join("\n");
}

/**
 * The error which makes Pulumi save a resource that exists but is not finished: the next `pulumi up` updates it, and
 * `pulumi destroy` deletes it. It works for create and update only.
 *
 * What is saved travels in one header of the answer, and HTTP/2 in Node sends no header longer than 64 KiB
 * (https://nodejs.org/api/http2.html, `maxSendHeaderBlockLength`): the engine would never get the answer. The
 * provider alone may be that long, so it is packed.
 *
 * @param cause what went wrong
 * @param id the id under which the resource is saved
 * @param properties what is saved as its outputs: few and short. Must hold the `__provider` of the inputs: unlike
 * `outs`, these get none from the host, and without one neither read nor delete can ever run.
 */
export function partialFailure(cause: unknown, id: string, properties: object): Error {
  const message = errorMessage(cause);
  const provider = (properties as { __provider?: unknown }).__provider;
  const packed = typeof provider === "string" ? { __provider: packProvider(provider) } : {};
  return Object.assign(new Error(message, { cause }), {
    id,
    properties: plainJson({ ...properties, ...packed }),
    reasons: [message],
  });
}
