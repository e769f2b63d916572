import { EnvironmentError } from "./environmentError";
import { readDaemonAddress } from "./settings";

/** How long X-Ray is asked before the probe gives up, and the pause between two tries, in milliseconds. */
export interface ProbeWaits {
  readonly deadlineMs: number;
  readonly pauseMs: number;
}

/**
 * Asks X-Ray for its sampling rules through the daemon. The daemon signs the call with the task's role and sends it on,
 * so an answer means that the daemon is up, the role is right, and X-Ray is within reach.
 *
 * It asks again until the deadline, because daemon, credentials and network of a task need a moment.
 *
 * @param say takes one line for the log
 * @returns whether X-Ray answered
 */
export async function probe(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
  { deadlineMs, pauseMs }: ProbeWaits = { deadlineMs: 60_000, pauseMs: 1_000 },
): Promise<boolean> {
  const { host, port } = readDaemonAddress(environment.AWS_XRAY_DAEMON_ADDRESS).tcp;
  const url = `http://${host}:${port}/GetSamplingRules`;
  const started = Date.now();
  let problem = "";
  do {
    try {
      const response = await fetch(url, { method: "POST", body: "{}", signal: AbortSignal.timeout(10_000) });
      const body = await response.text();
      if (response.ok) {
        say(`X-Ray answered through ${url}`);
        return true;
      }
      problem = `${response.status} ${body.trim().slice(0, 300)}`;
    } catch (error) {
      problem = messageOf(error);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  } while (Date.now() - started < deadlineMs);
  say(`X-Ray did not answer through ${url} within ${deadlineMs / 1000} s: ${problem}`);
  return false;
}

/** `fetch` says only that it failed; why is in the cause. */
function messageOf(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: string; code?: string }; message?: string };
  return cause?.message || cause?.code || message || String(error);
}

/** Ends the process: 0 when X-Ray answered, 1 when not. */
export async function main(): Promise<void> {
  try {
    const answered = await probe(process.env, (line) => process.stdout.write(`${line}\n`));
    process.exitCode = answered ? 0 : 1;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) {
      throw error;
    }
    process.stderr.write(`probe: ${error.message}\n`);
    process.exitCode = 1;
  }
}
