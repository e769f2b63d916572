import { answersAs } from "../../localRun/identity";
import type { Style } from "../../terminal/style";
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
  readonly services: readonly { readonly name: string; readonly url: string; readonly answers: boolean }[];
}

/** Asks each service of a run that is alive. */
export async function lookAtLocalRun(run: LocalRun): Promise<LocalStatus> {
  const { stack, id, pid, startedAt, endedAt, alive, services } = run;
  const asked = services.map(async ({ name, url }) => {
    return { name, url, answers: alive && (await answersAs(id, url)) };
  });
  const answered = await Promise.all(asked);
  const healthy = alive && answered.length > 0 && answered.every(({ answers }) => answers);
  return { stack, healthy, pid, startedAt, endedAt, alive, services: answered };
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
    ...services.flatMap(({ name, url, answers }) =>
      labelled("service", `${name}: ${answers ? "answers at" : alive ? "does not answer at" : "was at"} ${url}`, 14),
    ),
    ...(alive ? [] : ["", `type: npm start -- --stack ${stack} --keep`]),
  ];
}
