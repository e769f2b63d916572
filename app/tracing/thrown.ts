import { inspect } from "node:util";

/** What is known of a value that was thrown. */
export interface Thrown {
  readonly type: string;
  readonly message: string;
  /** As V8 writes it; empty when there is none. */
  readonly stack: string;
}

/** Describes whatever was thrown, which need not be an error, nor let itself be read. Never throws. */
export function describeThrown(value: unknown): Thrown {
  const type = read(value, "name");
  const message = read(value, "message");
  const stack = read(value, "stack");
  return {
    type: typeof type === "string" && type !== "" ? type : "Error",
    message: typeof message === "string" ? message : textOf(message ?? value),
    stack: typeof stack === "string" ? stack : "",
  };
}

/** The error itself when all that is logged and answered of it can be read; otherwise one that says the same. */
export function readableError(value: unknown): Error & { readonly statusCode?: number } {
  const { type, message, stack } = describeThrown(value);
  const own = (name: string) => read(value, name);
  const readable = own("message") === message && own("stack") === stack && own("name") === type;
  return value instanceof Error && readable ? value : Object.assign(new Error(message), { name: type });
}

function read(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** What a value looks like as a text. Never throws. */
export function textOf(value: unknown): string {
  try {
    return typeof value === "object" && value !== null ? inspect(value, { depth: 1 }) : String(value);
  } catch {
    return "cannot be shown";
  }
}
