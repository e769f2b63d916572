import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { typescript } from "../../processes/testProcess";
import { isExecutable } from "../tools";

/** A resource plugin of Pulumi's. */
interface Plugin {
  /** Such as `aws`. */
  readonly name: string;
  readonly version: string;
}

function fileName({ name }: Plugin): string {
  return `pulumi-resource-${name}`;
}

/** Where the CLI looks for a plugin below its home. */
function folderOf(home: string, { name, version }: Plugin): string {
  return join(home, "plugins", `resource-${name}-v${version}`);
}

/** The plugin of the version which the program's SDK asks for. */
export function pluginOf(sdk: "aws" | "awsx" | "docker-build"): Plugin {
  const { version } = require(`@pulumi/${sdk}/package.json`) as { version: string };
  return { name: sdk, version: version.replace(/^v/, "") };
}

/**
 * The path of an installed plugin: in the CLI's home (https://www.pulumi.com/docs/iac/concepts/plugins/), else on PATH.
 *
 * @param isThere for tests, which have no files
 */
export function findPlugin(
  plugin: Plugin,
  environment: Readonly<Record<string, string | undefined>>,
  isThere: (file: string) => boolean = isExecutable,
): string | undefined {
  const home = environment.PULUMI_HOME || join(environment.HOME || homedir(), ".pulumi");
  const onPath = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [folderOf(home, plugin), ...onPath].map((folder) => join(folder, fileName(plugin))).find(isThere);
}

/** What to say where the plugin of the AWS SDK cannot be had. */
export function missingPlugin({ name, version }: Plugin): string {
  return `pulumi-resource-${name} ${version} is missing: pulumi plugin install resource ${name} ${version}`;
}

/** Puts a plugin into a home: a link to the real one, as the folder it lies in may not be written to. */
export function linkPlugin(home: string, plugin: Plugin, file: string): void {
  const folder = folderOf(home, plugin);
  mkdirSync(folder, { recursive: true });
  symlinkSync(file, join(folder, fileName(plugin)));
}

/** Puts a stand-in for a plugin into a home: a script that runs a program of this project. */
export function writeStandIn(home: string, plugin: Plugin, program: string): void {
  const folder = folderOf(home, plugin);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, fileName(plugin));
  const command = typescript(program).map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  writeFileSync(file, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
}
