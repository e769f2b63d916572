import { existsSync, readFileSync, statSync } from "node:fs";
import { watch } from "node:fs/promises";
import { dirname } from "node:path";
import { parseJson } from "../../../tools/values";
import type { CommandOutcome } from "./cli";
import type { EngineEvent } from "./engineEvents";
import type { Rehearsal } from "./rehearsal";

/** A moment of a command. */
export type Moment =
  /** The engine tells that the step of a resource begins or ends. */
  | { readonly step: "begins" | "ends"; readonly type: string }
  /** AWS is called and will carry it out, but nobody gets the answer; such as `ContainerService.CreateService`. */
  | { readonly call: string };

/** SIGKILL for the CLI and all it has started, or Ctrl-C. */
export type Interruption = "kill" | "Ctrl-C" | "Ctrl-C twice";

/** What the command may end with, which is null after a signal; docs/interrupted-deployments.md says so, too. */
function exitCodesOf(command: string | undefined, by: Interruption): readonly (number | null)[] {
  if (by === "kill") return [null];
  if (by === "Ctrl-C twice") return [8];
  return command === "destroy" ? [1, 0] : [1];
}

export function describeMoment(moment: Moment): string {
  return "call" in moment ? `at ${moment.call}` : `when ${moment.type} ${moment.step}`;
}

/** Runs a command that is interrupted at a moment. @throws when the moment does not come, or has no effect */
export async function runInterrupted(
  rehearsal: Rehearsal,
  args: readonly string[],
  { at, by }: { readonly at: Moment; readonly by: Interruption },
): Promise<CommandOutcome> {
  const { account, callsFile } = rehearsal;
  const ended = new AbortController();
  const earlierCalls = statSync(callsFile).size;
  if ("call" in at) await account.hold(actionPattern(at.call));
  const running = rehearsal.run(...args).finally(() => ended.abort());
  const files = rehearsal.runningFiles;
  const came = await ("call" in at
    ? linesUntil(callsFile, earlierCalls, (line) => line === "  held", ended.signal)
    : linesUntil(files?.events ?? "", 0, isStep(at), ended.signal));
  if (came && by === "kill") rehearsal.kill();
  if (came && by !== "kill") rehearsal.interrupt();
  if (came && by === "Ctrl-C twice") {
    // Two signals at once may be taken for one.
    await linesUntil(files?.log ?? "", 0, (line) => line.includes("^C received"), ended.signal);
    rehearsal.interrupt();
    // What is being made is made, and nobody gets the answer.
    await running;
  }
  await account.release();
  const outcome = await running;
  const { exitCode, errors, log } = outcome;
  if (!came) throw new Error(`${args[0]} ended with ${exitCode}, and never was ${describeMoment(at)}: see ${log}`);
  if (!exitCodesOf(args[0], by).includes(exitCode))
    throw new Error(`${by}: exit code ${exitCode}, ${errors.join("; ")}: see ${log}`);
  return outcome;
}

/** `ContainerService.CreateService` is `AmazonEC2ContainerServiceV20141113.CreateService` in the protocol. */
function actionPattern(action: string): RegExp {
  const [operation = "", service = ""] = action.split(".").reverse();
  return new RegExp(`^(\\S*${service}\\S*\\.)?${operation}$`);
}

function isStep({ step, type }: { step: string; type: string }): (line: string) => boolean {
  return (line) => {
    const { resourcePreEvent, resOutputsEvent } = (parseJson(line) ?? {}) as EngineEvent;
    const metadata = (step === "begins" ? resourcePreEvent : resOutputsEvent)?.metadata;
    return metadata !== undefined && !["same", "refresh"].includes(metadata.op) && metadata.type.endsWith(type);
  };
}

/** Waits for a line in a file that grows. @returns whether it came before the signal */
async function linesUntil(
  file: string,
  start: number,
  isIt: (line: string) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  let offset = start;
  const look = () => {
    const text = existsSync(file) ? readFileSync(file).subarray(offset).toString() : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    offset += Buffer.byteLength(whole);
    return whole.split("\n").some(isIt);
  };
  try {
    const changes = watch(dirname(file), { signal });
    if (look()) return true;
    for await (const _ of changes) {
      if (look()) return true;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return look();
}
