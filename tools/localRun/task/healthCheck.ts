import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { LocalHealthCheck } from "./plan";

export type HealthStatus = "HEALTHY" | "UNHEALTHY";

/**
 * How often a container that is starting is looked at, in milliseconds. ECS waits the whole interval of the definition
 * between two checks, also before the first; nobody at a terminal should.
 */
export const startingPollMs = 250;

/**
 * Runs a container's health check as ECS does, but for its pace while the container starts: failures count once the
 * start period is over, so many in a row as the definition says make it unhealthy, one success makes it healthy
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html).
 *
 * @param onStatus told whenever the status changes
 * @param signal ends the checks
 */
export async function watchHealth(
  check: LocalHealthCheck,
  onStatus: (status: HealthStatus) => void,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = Date.now();
  let status: HealthStatus | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const healthy = await runHealthCheck(check, signal);
    if (signal.aborted) return;
    const counts = status !== undefined || Date.now() - startedAt >= check.startPeriodMs;
    failures = healthy ? 0 : failures + (counts ? 1 : 0);
    const next = healthy ? "HEALTHY" : failures >= check.retries ? "UNHEALTHY" : status;
    if (next !== undefined && next !== status) onStatus(next);
    status = next;
    const pause = status === undefined ? Math.min(startingPollMs, check.intervalMs) : check.intervalMs;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Runs the command once; true when it ends with 0 in time. */
function runHealthCheck(check: LocalHealthCheck, signal: AbortSignal): Promise<boolean> {
  const { command, workingDirectory: cwd, environment, timeoutMs: timeout } = check;
  const [file = "", ...args] = command;
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: { ...environment }, timeout, killSignal: "SIGKILL", signal }, (error) => {
      resolve(error === null);
    });
  });
}
