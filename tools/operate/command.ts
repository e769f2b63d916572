import { ConfigError } from "../../config";
import { StackSettingsError } from "../evaluation/stackSettings";
import { type AskPulumi, NoPulumiError, StateError } from "../pulumiCli";
import { exitCodeOf } from "../terminal/commandLine";
import { watchForInterruption } from "../terminal/interruption";
import type { Terminal } from "../terminal/style";

/** Why a command could not do its work, and what to type, in one line. */
export class OperationError extends Error {}

/** What a command is given besides its arguments. */
export interface Io extends Terminal {
  /** Folder of the Pulumi project. */
  readonly projectDir: string;
  /** Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Asks the Pulumi CLI. @default the one on PATH, else the one which npx fetches */
  readonly pulumi?: AskPulumi;
}

/** The exit code of a command; what a person can put right becomes one line. */
export function operate(work: () => Promise<number>, { stderr }: Io): Promise<number> {
  const expected = [StackSettingsError, ConfigError, NoPulumiError, StateError, OperationError];
  return exitCodeOf(work, (error) => expected.some((kind) => error instanceof kind), stderr);
}

/** What this process gives its command. Ctrl-C and a reader that has seen enough, such as `head`, interrupt it. */
export function commandIo(): Io {
  // The AWS SDK need not say each time that it will ask for a newer Node.js one day.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const readerGone = new AbortController();
  process.stdout.on("error", () => readerGone.abort());
  const { interrupted } = watchForInterruption(() => undefined);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    projectDir: process.cwd(),
    interrupted: AbortSignal.any([interrupted, readerGone.signal]),
  };
}
