import { textOf } from "./thrown";

/**
 * Characters which X-Ray takes of a name.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-fields
 */
const NAME_LENGTH = 200;
/** Characters which it takes of the value of an annotation, by its schema. */
const ANNOTATION_LENGTH = 1000;
const NOT_IN_A_NAME = /[^\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]/gu;

/** A name that X-Ray takes, whatever the code gave. */
export function readableName(name: unknown): string {
  return textOf(name).replace(NOT_IN_A_NAME, "_").slice(0, NAME_LENGTH) || "unnamed";
}

/** Values that X-Ray takes: it refuses a document for one that is neither a text, nor a number, nor a truth value. */
export function readableAnnotations(
  annotations: Readonly<Record<string, unknown>>,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => {
      const kept = typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
      return [key, kept ? value : beginningOf(textOf(value), ANNOTATION_LENGTH)];
    }),
  );
}

/**
 * The beginning of a text, copied: of a part of a text V8 keeps the whole, and spans that wait for a collector would hold
 * all that callers and errors have said.
 */
export function beginningOf(text: string, length: number): string {
  return Buffer.from(text.slice(0, length)).toString();
}
