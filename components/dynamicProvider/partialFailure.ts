import { brotliCompressSync } from "node:zlib";
import { errorMessage } from "./awsErrors";

/**
 * The value as plain JSON. The host turns a Date into `{}`, fails after a create has run when `outs` hold `undefined`,
 * and never answers at all when the properties of a partial failure do.
 */
export function plainJson<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** The same provider in a text about a fifth as long, which unpacks itself when the host loads it. */
export function packedProvider(provider: string): string {
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
 * (https://nodejs.org/api/http2.html, `maxSendHeaderBlockLength`): the engine would wait for the answer for ever. The
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
  const packed = typeof provider === "string" ? { __provider: packedProvider(provider) } : {};
  return Object.assign(new Error(message, { cause }), {
    id,
    properties: plainJson({ ...properties, ...packed }),
    reasons: [message],
  });
}
