import { z } from "zod";
import { configCommand, shorten } from "../components/words";

// The kinds of values which settings have. Each says how a text becomes a value, and for an error message what is
// allowed, with an example.

/** What a setting says of itself for an error message. */
type Help = {
  readonly allowed: string;
  /** What to type instead, or how that follows from the value. */
  readonly example: string | ((value: string) => string);
};

/** One of these; the first is the example. */
export const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values).meta({ allowed: values.join(", "), example: values[0] });

/** A whole number of at most six digits which is accepted. */
export const numberWhere = (accept: (value: number) => boolean, help: Help) =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .refine(accept)
    .meta({ ...help });

export const numberFrom = (from: number, to: number, example: number) =>
  numberWhere((value) => value >= from && value <= to, {
    allowed: `a whole number from ${from} to ${to}`,
    example: String(example),
  });

export const numberAmong = (values: readonly number[], example: number) =>
  numberWhere((value) => values.includes(value), { allowed: values.join(", "), example: String(example) });

export const yesOrNo = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .meta({ allowed: "true, false", example: "false" });

/** An address range. Whether it is sound depends on the others, so `planSubnets` and `subnetProblems` judge all. */
export const cidr = z.string().min(1).meta({ allowed: "an IPv4 range", example: "10.0.0.0/16" });

/** A text of this pattern, or nothing. */
export const optionalText = (pattern: RegExp, help: Help) =>
  z
    .string()
    .refine((text) => text === "" || pattern.test(text))
    .transform((text) => text || undefined)
    .meta({ ...help });

export const optionalCidr = z
  .string()
  .transform((value) => value || undefined)
  .meta({ allowed: "an IPv4 range, or empty to have it computed", example: "10.0.1.0/24" });

export const optionalCidrs = z
  .string()
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue("not a list");
      return z.NEVER;
    }
  })
  .pipe(z.array(z.string()).max(3))
  .transform((list) => (list.length === 0 ? undefined : list))
  .meta({
    allowed: "a list of IPv4 ranges, one a zone, or none to have them computed",
    example: "[]",
  });

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The key as it stands in the stack's file. */
  readonly key: string;
  /** What is wrong with its value and what to type instead, in one line. */
  readonly message: string;
}

/** The end of an error message: what to type. */
export const setCommand = (key: string, value: string | number) => `type: ${configCommand(key, value)}`;

/** What a key's value must be and how to set it, as the end of an error message. */
function remedy(schema: z.ZodType, key: string, value: string): string {
  const { allowed, example } = schema.meta() as Help;
  return `allowed: ${allowed}; ${setCommand(key, typeof example === "string" ? example : example(value))}`;
}

/** Parses every value by itself and reports those that are wrong. */
export function parseValues(shape: z.ZodRawShape, values: Readonly<Record<string, string>>, prefix: string) {
  const parsed: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [name, schema] of Object.entries(shape) as [string, z.ZodType][]) {
    const value = values[name];
    const result = schema.safeParse(value);
    if (result.success) {
      parsed[name] = result.data;
    } else {
      const wrong = value === undefined ? "is not set" : `${JSON.stringify(shorten(value))} is not allowed`;
      problems.push({ key: prefix + name, message: `${wrong}; ${remedy(schema, prefix + name, value ?? "")}` });
    }
  }
  return { parsed, problems };
}
