import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readStackSettings } from "../../../tools/evaluation/stackSettings";
import { Account } from "./account";
import { Cli, type CommandOutcome } from "./cli";
import { assertLoopback, cliEnvironment } from "./environment";
import { findPlugin, linkPlugin, missingPlugin, pluginOf, writeStandIn } from "./plugins";
import { copyWorkingTree } from "./workingCopy";

const root = resolve(__dirname, "../../..");

/** The programs that a rehearsal runs. */
export interface Programs {
  /** Paths of Pulumi's CLI, of `moto_server`, and of the plugin for AWS. */
  readonly pulumi: string;
  readonly moto: string;
  readonly awsPlugin: string;
}

/** The path of the plugin for AWS, or what to say where it is not there. */
export function findAwsPlugin(): { readonly path: string } | { readonly missing: string } {
  const plugin = pluginOf("aws");
  const path = findPlugin(plugin, process.env);
  return path === undefined ? { missing: missingPlugin(plugin) } : { path };
}

/** The real engine on the whole program, in an account of its own on this machine. */
export class Rehearsal {
  private stopped = false;

  private constructor(
    /** Folder of everything: the copy of the project, state, plugins and logs. */
    readonly folder: string,
    readonly stack: string,
    readonly account: Account,
    private readonly cli: Cli,
  ) {}

  /**
   * Prepares a rehearsal of a stack: nothing is deployed yet.
   *
   * @throws ElsewhereError when something would leave this machine
   * @throws StackSettingsError when there is no such stack
   */
  static async start(stack: string, programs: Programs): Promise<Rehearsal> {
    assertLoopback(process.env, readStackSettings(stack, root).config);
    const folder = realpathSync(mkdtempSync(join(tmpdir(), `traced-fargate-rehearsal-${stack}-`)));
    let account: Account | undefined;
    try {
      const [home, state, logs] = [join(folder, "home"), join(folder, "state"), join(folder, "logs")];
      for (const path of [home, state, logs]) mkdirSync(path);
      const project = join(folder, "project");
      copyWorkingTree(root, project);
      linkPlugin(home, pluginOf("aws"), programs.awsPlugin);
      writeStandIn(home, pluginOf("awsx"), join(__dirname, "standIns/awsx.ts"));
      writeStandIn(home, pluginOf("docker-build"), join(__dirname, "standIns/dockerBuild.ts"));
      account = await Account.start(programs.moto, join(logs, "aws.log"));
      const settings = { endpoint: account.endpoint, program: programs.pulumi, home, state };
      const cli = new Cli(programs.pulumi, project, logs, cliEnvironment(process.env, settings));
      const rehearsal = new Rehearsal(folder, stack, account, cli);
      await rehearsal.must("stack", "init", stack);
      return rehearsal;
    } catch (error) {
      await account?.stop();
      throw new Error(`the rehearsal of ${stack} in ${folder} cannot start`, { cause: error });
    }
  }

  /** A rehearsal of another stack in the same account; it ends with this one. */
  async beside(stack: string): Promise<Rehearsal> {
    assertLoopback(process.env, readStackSettings(stack, root).config);
    const other = new Rehearsal(this.folder, stack, this.account, this.cli);
    await other.must("stack", "init", stack);
    return other;
  }

  /** Folder of the copy of the project. */
  get project(): string {
    return join(this.folder, "project");
  }

  /** Runs a command of the CLI on the stack to its end, whatever that is. */
  async run(...args: readonly string[]): Promise<CommandOutcome> {
    if (this.stopped) throw new Error("the rehearsal is over");
    const onStack = args[0] === "stack" ? [] : ["--stack", this.stack];
    return await this.cli.run(...args, ...onStack);
  }

  /** Runs a command which has to succeed. */
  async must(...args: readonly string[]): Promise<CommandOutcome> {
    const outcome = await this.run(...args);
    if (outcome.exitCode !== 0) {
      const { exitCode, errors, log } = outcome;
      throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}: ${errors.join("; ")} (${log})`);
    }
    return outcome;
  }

  /** Gives the stack other settings, of the program's own. An empty one gets its default back. */
  async configure(settings: Readonly<Record<string, string | number>>): Promise<void> {
    const entries = Object.entries(settings).map(([name, value]) => [`traced-fargate:${name}`, String(value)] as const);
    const isEmpty = (text: string) => text === "" || text === "[]";
    const emptied = entries.filter(([, text]) => isEmpty(text)).map(([key]) => key);
    const assignments = entries
      .filter(([, text]) => !isEmpty(text))
      // The CLI refuses a list that was set as a text.
      .flatMap(([key, text]) =>
        text.startsWith("[")
          ? (JSON.parse(text) as string[]).map((item, index) => `${key}[${index}]=${item}`)
          : [`${key}=${text}`],
      );
    if (emptied.length > 0) await this.must("config", "rm-all", ...emptied);
    const options = assignments.flatMap((assignment) => ["--plaintext", assignment]);
    if (options.length > 0) await this.must("config", "set-all", "--path", ...options);
  }

  /** Kills the running command and all it has started. */
  kill(): void {
    this.cli.kill();
  }

  /** Ctrl-C for the running command. */
  interrupt(): void {
    this.cli.interrupt();
  }

  /** The paths of the running command's events and of all that it writes. */
  get runningFiles(): { readonly log: string; readonly events: string } | undefined {
    return this.cli.runningFiles;
  }

  /** The path of the file that takes a line for each call of AWS. */
  get callsFile(): string {
    return join(this.folder, "logs/aws.log");
  }

  /** Ends everything that runs. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cli.kill();
    await this.account.stop();
  }

  /** Deletes the folder: what it holds is of interest only when something failed. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
