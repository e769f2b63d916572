import { readDaemonAddress } from "@traced-fargate/tracing/settings";
import { readCommandLine, USAGE } from "./commandLine";
import { awaitListener } from "./daemonReady";
import { type SupervisorTimes, supervise } from "./supervise";

/** Longest wait for the daemon to listen, in milliseconds. */
const DAEMON_START_MS = 3_000;
/** What is kept of the time to stop for the daemon and for this process's own end, in milliseconds. */
const DAEMON_STOP_MS = 3_000;
const MARGIN_MS = 1_000;

function times(stopTimeoutSeconds: number): SupervisorTimes {
  return {
    appStopMs: Math.max(0, stopTimeoutSeconds * 1_000 - DAEMON_STOP_MS - MARGIN_MS),
    daemonStopMs: DAEMON_STOP_MS,
    crashStopMs: 3_000,
    lingerMs: 200,
  };
}

/**
 * Runs the command line. `STOP_TIMEOUT_SECONDS` is the time ECS leaves between SIGTERM and SIGKILL (absent means 30,
 * ECS's default).
 */
async function main(): Promise<number> {
  const say = (line: string) => process.stderr.write(`supervisor: ${line}\n`);
  const asked = new AbortController();
  // Before anything is started, so that no signal can end this process alone.
  process.on("SIGTERM", () => asked.abort()).on("SIGINT", () => asked.abort());
  const command = readCommandLine(process.argv.slice(2));
  const stopTimeout = Number(process.env.STOP_TIMEOUT_SECONDS ?? "30");
  if (command === undefined || !(stopTimeout > 0)) {
    say(command === undefined ? USAGE : "STOP_TIMEOUT_SECONDS must be a number of seconds");
    return 2;
  }
  const { tcp } = readDaemonAddress(process.env.AWS_XRAY_DAEMON_ADDRESS);
  return supervise({
    ...command,
    asked: asked.signal,
    daemonReady: () => awaitListener(tcp, DAEMON_START_MS),
    times: times(stopTimeout),
    say,
  });
}

void main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`supervisor: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
