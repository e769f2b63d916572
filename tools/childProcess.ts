import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

/** How a process ended. */
export interface Exit {
  /** Exit code, or null after a signal; 127, as in a shell, when it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started, or not to its end. */
  readonly error?: NodeJS.ErrnoException;
}

/** How a command ended, with what it wrote to piped streams. */
export interface Ended extends Exit {
  readonly output: string;
  readonly errors: string;
}

/**
 * Starts a program.
 *
 * @param command program and arguments
 * @returns the process, and how it ends; this never rejects
 */
export function startProcess(
  [file = "", ...args]: readonly string[],
  options: SpawnOptions,
): { readonly child: ChildProcess; readonly exited: Promise<Exit> } {
  const child = spawn(file, args, options);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.on("error", (error) => child.pid === undefined && resolve({ code: 127, signal: null, error }));
  });
  return { child, exited };
}

/**
 * Runs a command to its end.
 *
 * @param onStart takes the process
 */
export async function runCommand(
  command: readonly string[],
  options: SpawnOptions,
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const { child, exited } = startProcess(command, options);
  onStart(child);
  const written = { output: "", errors: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    written.output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    written.errors += text;
  });
  const closed = once(child, "close").catch(() => undefined);
  const exit = await exited;
  if (exit.error === undefined) await closed;
  return { ...exit, ...written };
}
