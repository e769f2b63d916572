import type { Style } from "../../terminal/style";
import { errorMessage } from "../../values";
import { duration, labelled } from "../columns";
import type { LocalRun } from "../localRun";

/** How a local run is. */
interface LocalStatus {
  readonly stack: string;
  readonly healthy: boolean;
  readonly pid: number;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly alive: boolean;
  readonly services: readonly { readonly name: string; readonly url: string; readonly answer: string }[];
}

/** Asks each service of a run that is alive. */
export async function lookAtLocalRun({
  stack,
  pid,
  startedAt,
  endedAt,
  alive,
  services,
}: LocalRun): Promise<LocalStatus> {
  const asked = await Promise.all(
    services.map(async ({ name, url }) => ({ name, url, answer: alive ? await ask(url) : "not running" })),
  );
  return {
    stack,
    healthy: alive && asked.every(({ answer }) => /^2\d\d\b/.test(answer)),
    ...{ pid, startedAt, endedAt, alive },
    services: asked,
  };
}

/** How long a service may take to answer, in milliseconds. */
const patienceMs = 5000;

async function ask(url: string): Promise<string> {
  try {
    const { status, statusText } = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    return `${status} ${statusText}`.trim();
  } catch (error) {
    return errorMessage((error as Error).cause ?? error);
  }
}

/** The status of a local run as lines of at most 80 columns. */
export function formatLocalStatus(status: LocalStatus, now: number, style: Style): string[] {
  const { stack, healthy, pid, startedAt, endedAt, alive, services } = status;
  const verdict = healthy ? style("green", "healthy") : style("red", alive ? "not healthy" : "over");
  const since = (at: string) => `${duration(now - Date.parse(at))} ago`;
  const ended = endedAt === undefined ? "ended without a note" : `ended ${since(endedAt)}`;
  const run = alive ? `process ${pid}, started ${since(startedAt)}` : `started ${since(startedAt)}, ${ended}`;
  return [
    style("bold", `Local run of stack ${stack}: `) + verdict,
    "",
    ...labelled("run", run, 14),
    ...services.flatMap(({ name, url, answer }) => labelled("service", `${name}: ${answer}, ${url}`, 14)),
    ...(alive ? [] : ["", `type: npm start -- --stack ${stack} --keep`]),
  ];
}
