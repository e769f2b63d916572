import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ConfigError, parseConfig } from "../../config";

/** What `Pulumi.yaml` says of a setting. */
export interface DescribedSetting {
  readonly type: string;
  readonly default: unknown;
  readonly description: string;
}

export const described = (
  parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as { config: Record<string, DescribedSetting> }
).config;

/** The defaults as the CLI hands them to the program: everything as text. */
const defaults = Object.fromEntries(
  Object.entries(described).map(([key, { default: value }]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]),
);

/** The configuration of the stack `dev` with these changes, whose keys without a namespace are the project's. */
export function parseWith(changes: Readonly<Record<string, string | undefined>> = {}) {
  const values = Object.entries<string | undefined>({ ...defaults, "aws:region": "eu-central-1", ...changes }).flatMap(
    ([key, value]) => (value === undefined ? [] : [[key.includes(":") ? key : `traced-fargate:${key}`, value]]),
  );
  return parseConfig(Object.fromEntries(values), "traced-fargate", "dev");
}

/** What is wrong with that, line by line; each line ends with what to type. */
export function linesOf(changes: Readonly<Record<string, string | undefined>>): string[] {
  try {
    parseWith(changes);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    const lines = error.message.split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(": ")[0]),
      error.problems.map(({ property }) => property),
    );
    for (const line of lines) {
      assert.match(line, /[;?] type: (pulumi config (set|set-all|rm)|sed) [^;]+$/, "it does not end with what to type");
    }
    return lines;
  }
  return [];
}

/** The same values after somebody typed what the lines say; of several lines about one key the first. */
export function typed(values: Readonly<Record<string, string>>, lines: readonly string[]): Record<string, string> {
  const changed = { ...values };
  for (const line of lines.toReversed()) {
    const [, command = ""] = /; type: (pulumi config .*)$/.exec(line.replaceAll("traced-fargate:", "")) ?? [];
    const [, verb, key = "", value = ""] = /^pulumi config (set|rm) (\S+) ?(\S*)$/.exec(command) ?? [];
    const items = [...command.matchAll(/--plaintext '([^[]+)\[\d\]=([^']+)'/g)];
    const [list] = items;
    if (verb !== undefined) {
      changed[key] = verb === "set" ? value : (defaults[key] ?? "");
    } else {
      assert.ok(command.startsWith("pulumi config set-all --path") && list?.[1] !== undefined, line);
      changed[list[1]] = JSON.stringify(items.map(([, , item]) => item));
    }
  }
  return changed;
}
