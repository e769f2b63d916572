import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";

/** Which run the processes of a local run belong to: an id that no other run has. */
export type RunId = string;

/** What makes a Node.js process name its run in every answer: see preload.js. */
export function identityEnvironment(run: RunId, nodeOptions = ""): Readonly<Record<string, string>> {
  // In quotes, because the path of the project may hold spaces (https://nodejs.org/api/cli.html#node_optionsoptions).
  const preload = `--require ${JSON.stringify(join(__dirname, "task/preload.js"))}`;
  return { LOCAL_RUN: run, NODE_OPTIONS: `${nodeOptions} ${preload}`.trim() };
}

/** Whether an answer comes from a process of the run. */
export function isFrom(run: RunId, answer: IncomingMessage): boolean {
  return answer.headers["x-local-run"] === run;
}

/** Longest time for an answer, in milliseconds; it is given before any code of the service runs. */
const timeoutMs = 2000;

/**
 * Whether a process of the run answers at an address. The service does not see the question, so that it is not traced.
 *
 * @param origin such as `http://127.0.0.1:8080`
 */
export async function answersAs(run: RunId, origin: string): Promise<boolean> {
  const asked = request(new URL("/.local-run", origin), { agent: false, timeout: timeoutMs });
  asked.on("timeout", () => asked.destroy(new Error("no answer")));
  asked.end();
  try {
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    return isFrom(run, answer);
  } catch {
    return false;
  }
}
