import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { typescript } from "../../processes/testProcess";
import { Cli, type CommandOutcome } from "../rehearsal/cli";
import { cliEnvironment } from "../rehearsal/environment";
import { pluginOf, writeStandIn } from "../rehearsal/plugins";
import { copyWorkingTree } from "../rehearsal/workingCopy";
import { requireTool } from "../tools";
import type { Case } from "./program";

const root = resolve(__dirname, "../../..");

/** How a command ended, and all that it wrote, without the CLI's marks. */
interface Outcome extends CommandOutcome {
  readonly output: string;
}

/** What is run: Pulumi's CLI and its language host. */
interface Programs {
  readonly pulumi: string;
  readonly languageHost: string;
}

export function requirePolicyPrograms(context: Mocha.Context): Programs {
  const languageHost = requireTool(context, "pulumi-language-nodejs");
  return { pulumi: requireTool(context, "pulumi"), languageHost };
}

/** Has a project use a language host that starts policy packs: https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
export function useLanguageHost(project: string, folder: string, languageHost: string): void {
  mkdirSync(folder);
  const file = join(folder, "pulumi-language-nodejs");
  const command = [...typescript(join(__dirname, "standIns/languageHost.ts")), languageHost];
  writeFileSync(file, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
  appendFileSync(
    join(project, "Pulumi.yaml"),
    `plugins:\n  languages:\n    - name: nodejs\n      path: ${JSON.stringify(folder)}\n`,
  );
}

/** The real CLI with the policy pack, on a project and a state in a temporary folder; providers make nothing. */
export class PolicyCli {
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "traced-fargate-policy-")));
  private readonly project = join(this.folder, "project");
  private readonly cli: Cli;

  /** @param stack of our own program; by default the project is a program that breaks rules */
  constructor(
    programs: Programs,
    private readonly stack = "test",
  ) {
    const [home, state, logs] = [join(this.folder, "home"), join(this.folder, "state"), join(this.folder, "logs")];
    for (const path of [home, state, logs]) mkdirSync(path);
    writeStandIn(home, pluginOf("aws"), join(__dirname, "standIns/aws.ts"));
    for (const name of ["awsx", "docker-build"] as const) {
      const program = name === "awsx" ? "awsx.ts" : "dockerBuild.ts";
      writeStandIn(home, pluginOf(name), join(__dirname, "../rehearsal/standIns", program));
    }
    if (stack === "test") this.writeProgram();
    else copyWorkingTree(root, this.project);
    useLanguageHost(this.project, join(this.folder, "languageHost"), programs.languageHost);
    // Nothing listens there: whatever would call AWS fails.
    const settings = { endpoint: "http://127.0.0.1:9", program: programs.pulumi, home, state };
    this.cli = new Cli(programs.pulumi, this.project, logs, cliEnvironment(process.env, settings));
  }

  private writeProgram(): void {
    mkdirSync(this.project);
    symlinkSync(join(root, "node_modules"), join(this.project, "node_modules"));
    writeFileSync(join(this.project, "package.json"), "{}");
    writeFileSync(join(this.project, "Pulumi.yaml"), "name: policy-test\nruntime: nodejs\n");
    const program = [join(root, "tools/register.js"), join(__dirname, "program")];
    const lines = program.map((path) => `require(${JSON.stringify(path)});\n`);
    writeFileSync(join(this.project, "index.js"), lines.join(""));
    this.case = "sound";
  }

  /** What the program makes. */
  set case(name: Case) {
    writeFileSync(join(this.project, "case"), name);
  }

  async run(...args: readonly string[]): Promise<Outcome> {
    const outcome = await this.cli.run(...args, "--stack", this.stack);
    console.log(`      pulumi ${args.join(" ")}: exit code ${outcome.exitCode} after ${outcome.seconds.toFixed(1)} s`);
    return { ...outcome, output: readFileSync(outcome.log, "utf8") };
  }

  /** Runs a command with the policy pack: that of the project, or for another project this checkout's. */
  judged(...args: readonly string[]): Promise<Outcome> {
    return this.run(...args, "--policy-pack", this.stack === "test" ? join(root, "policy") : "policy");
  }

  /** Runs a command with the policy pack, some of whose rules only warn. */
  judgedWith(advisory: readonly string[], ...args: readonly string[]): Promise<Outcome> {
    const file = join(this.folder, "policies.json");
    writeFileSync(file, JSON.stringify(Object.fromEntries(advisory.map((rule) => [rule, "advisory"]))));
    return this.judged(...args, "--policy-pack-config", file);
  }

  remove(): void {
    this.cli.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
