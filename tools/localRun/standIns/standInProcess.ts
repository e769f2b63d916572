import { listOf } from "../../terminal/screen";
import { errorMessage } from "../../values";
import { defaultSamplingRule, type SamplingRule } from "../checks/sampling";
import { type DaemonEvent, eventSocketVariable, reportTo } from "./daemon/events";

/** What takes traces in place of the X-Ray daemon or a collector. */
interface StandIn {
  listen(): Promise<unknown>;
  /** Stops listening and delivers what has arrived. */
  close(): Promise<void>;
}

/** The account's sampling rules, which `SAMPLING_RULES` holds as JSON; the default one alone without it. */
export function samplingRules(): SamplingRule[] {
  return JSON.parse(process.env.SAMPLING_RULES ?? JSON.stringify([defaultSamplingRule]));
}

/**
 * Runs a stand-in as a process: it logs as the daemon does, and tells whoever listens at the socket `EVENT_SOCKET`, if
 * there is one, what arrived. What it cannot begin with it logs, and ends with 1.
 */
export async function runStandIn(create: (onEvent: (event: DaemonEvent) => void) => StandIn): Promise<void> {
  // ECS stops it last, so what the app sent while it stopped still gets through. Ending the connection lets the process
  // end once everything sent over it has gone; when the run that it belongs to is gone, it ends, too.
  let stopping = false;
  let standIn: StandIn | undefined;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await standIn?.close();
    events.end();
  };
  const events = reportTo(process.env[eventSocketVariable], stop);
  try {
    standIn = create((event) => {
      logLine(...describe(event));
      events.report(event);
    });
    process.on("SIGTERM", stop);
    await standIn.listen();
  } catch (error) {
    logLine("Error", errorMessage(error));
    process.exit(1);
  }
}

export function logLine(level: string, message: string): void {
  console.log(`${new Date().toISOString()} [${level}] ${message}`);
}

function describe(event: DaemonEvent): [level: string, message: string] {
  switch (event.kind) {
    case "listening":
      return ["Info", `Listening on ${listOf(Object.entries(event.ports).map(([what, port]) => `${what} ${port}`))}`];
    case "asked":
      return ["Debug", `${event.operation}: ${event.status}`];
    case "delivered":
      return ["Info", `Successfully sent batch of ${event.documents.length} segments`];
    case "sent":
      return ["Info", `Successfully sent batch of ${event.count} segments`];
    case "lost":
      return ["Error", `Sending segment batch of ${event.count} failed with: ${event.reason}`];
    case "refused":
      return ["Error", `Segment refused: ${event.problems.join("; ")}: ${event.start}`];
  }
}
