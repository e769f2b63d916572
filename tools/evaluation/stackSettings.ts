import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { errorMessage } from "../values";

/** What the Pulumi CLI would hand to the program. */
export interface StackSettings {
  readonly project: string;
  /** Absolute path of the program. */
  readonly entryPoint: string;
  /** Configuration by full key, such as `aws:region`. */
  readonly config: Readonly<Record<string, string>>;
}

/** A stack or its files cannot be read; the message is one line which says what to do. */
export class StackSettingsError extends Error {
  override readonly name = "StackSettingsError";
}

type Yaml = Readonly<Record<string, unknown>>;

/**
 * Reads `Pulumi.yaml` and the stack's own file as the Pulumi CLI does: defaults of the project first, then the stack's
 * values; keys without a namespace are the project's; whatever is not a text is handed on as JSON
 * (https://www.pulumi.com/docs/iac/concepts/projects/project-file/ and .../stack-settings-file/).
 */
export function readStackSettings(stack: string, projectDir: string): StackSettings {
  const stacks = listStacks(projectDir);
  if (!stacks.includes(stack)) {
    const known = stacks.length === 0 ? "there is no Pulumi.<stack>.yaml" : `known are ${stacks.join(", ")}`;
    throw new StackSettingsError(`unknown stack "${stack}": ${known} (each Pulumi.<stack>.yaml is one)`);
  }
  const project = readYaml(join(projectDir, "Pulumi.yaml"));
  if (typeof project.name !== "string") {
    throw new StackSettingsError("Pulumi.yaml: `name` is missing");
  }
  const config: Record<string, string> = {};
  for (const [key, entry] of Object.entries(section(project, "config"))) {
    const value = projectValue(entry);
    if (value !== undefined) {
      config[fullKey(project.name, key)] = text(value);
    }
  }
  for (const [key, value] of Object.entries(section(readYaml(join(projectDir, `Pulumi.${stack}.yaml`)), "config"))) {
    config[fullKey(project.name, key)] = text(value);
  }
  const main = typeof project.main === "string" ? project.main : "index.ts";
  return { project: project.name, entryPoint: resolve(projectDir, main), config };
}

/** The stacks which have a file in the project's folder. */
export function listStacks(projectDir: string): string[] {
  return readdirSync(projectDir)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined)
    .sort();
}

function readYaml(path: string): Yaml {
  const file = path.split("/").at(-1);
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (error) {
    const [firstLine] = errorMessage(error).split("\n");
    throw new StackSettingsError(`${file} cannot be read: ${firstLine}`);
  }
  if (content !== null && (typeof content !== "object" || Array.isArray(content))) {
    throw new StackSettingsError(`${file} cannot be read: it must hold keys and values`);
  }
  return { ...content };
}

function section(file: Yaml, key: string): Yaml {
  const value = file[key];
  return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
}

/** `Pulumi.yaml` describes a key by an object with `default` or `value`, or gives its value as it is. */
function projectValue(entry: unknown): unknown {
  if (entry === null || typeof entry !== "object" || Array.isArray(entry)) {
    return entry;
  }
  return "value" in entry ? entry.value : "default" in entry ? entry.default : undefined;
}

function fullKey(project: string, key: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

function text(value: unknown): string {
  if (value !== null && typeof value === "object" && "secure" in value) {
    // Only the Pulumi CLI and the stack's secrets provider can decrypt it.
    return "(secret)";
  }
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
