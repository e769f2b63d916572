import { setTimeout as delay } from "node:timers/promises";
import { Child } from "./child";
import type { SupervisorCommand } from "./commandLine";

/** How long things may take, in milliseconds. */
export interface SupervisorTimes {
  /** The app after SIGTERM, when the container is stopped. */
  readonly appStopMs: number;
  /** The daemon after SIGTERM, to send what it still holds. */
  readonly daemonStopMs: number;
  /** Either, after the other has crashed. */
  readonly crashStopMs: number;
  /** Between the app's end and the daemon's SIGTERM: what the app sent last may still wait to be read. */
  readonly lingerMs: number;
}

export interface SuperviseArgs extends SupervisorCommand {
  /** Aborted when the container is to stop. */
  readonly asked: AbortSignal;
  /** Resolves when the daemon takes segments, or has had its time to; the app is started then. */
  readonly daemonReady: () => Promise<void>;
  readonly times: SupervisorTimes;
  /** Takes one line for the log. */
  readonly say: (line: string) => void;
}

/**
 * Runs daemon and app until the container is to stop or either ends, and resolves when both have gone.
 *
 * When the container is stopped, the app ends first and the daemon outlives it, so that the last segments are sent.
 * When one ends unasked, the other is stopped: ECS replaces the task, which is better than an app nobody sees or a
 * daemon without an app.
 *
 * @returns the exit code for the container: that of whichever ended unasked, never 0 unless the app was to end of
 * itself
 */
export async function supervise(args: SuperviseArgs): Promise<number> {
  const { asked, times, say } = args;
  const stopRequest = new Promise<"asked">((resolve) => {
    if (asked.aborted) resolve("asked");
    asked.addEventListener("abort", () => resolve("asked"));
  });
  const start = (name: string, command: readonly string[]) => {
    const child = new Child(name, command);
    return { child, over: child.ended.then(() => child) };
  };
  const daemon = start("the daemon", args.daemon);
  const early = await Promise.race([daemon.over, stopRequest, args.daemonReady()]);
  const app = early === undefined ? start("the app", args.app) : undefined;
  const first = app === undefined ? early : await Promise.race([daemon.over, app.over, stopRequest]);

  if (first === daemon.child) {
    const status = await daemon.child.ended;
    say(`${describeEnd(daemon.child, status)}; stopping the app`);
    await app?.child.stop(times.crashStopMs);
    return status || 1;
  }
  if (first === app?.child) {
    const status = await app.child.ended;
    const expected = args.once && status === 0;
    say(expected ? "the app is done" : `${describeEnd(app.child, status)}; stopping the daemon`);
    await delay(times.lingerMs);
    await daemon.child.stop(times.crashStopMs);
    return expected ? 0 : status || 1;
  }
  say("stopping the app, then the daemon");
  const appStatus = (await app?.child.stop(times.appStopMs)) ?? 0;
  const crashed = daemon.child.hasEnded;
  await Promise.race([daemon.over, delay(times.lingerMs)]);
  const daemonStatus = await daemon.child.stop(times.daemonStopMs);
  if (crashed) {
    say(`${describeEnd(daemon.child, daemonStatus)} before it was asked to`);
    return daemonStatus || 1;
  }
  return appStatus || daemonStatus;
}

function describeEnd({ name, problem }: Child, status: number): string {
  return problem === undefined ? `${name} ended unasked, status ${status}` : `${name} cannot be started: ${problem}`;
}
