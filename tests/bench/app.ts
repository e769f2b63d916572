/**
 * `npm run bench`: compares the hello service with a bare `node:http` server that answers the same 12 bytes and, after
 * `.ci/install-tools bench`, with Bottle and Express, which trace with AWS's X-Ray SDKs. Then it measures app and sidecar
 * with each tracer.
 *
 * Every server is a process of its own and stays up for the whole run. Rounds are short and interleaved, and a server's
 * figure is divided by another's of the same round, so that a machine whose speed changes favours no one. The servers
 * share one processor and the client and the daemon another, as they would on machines of their own: left to itself,
 * Linux moves client and server together and apart, and with one client that alone makes the same server faster or
 * slower by half. Exits with 1 when the median misses a goal.
 */

import { cpus, loadavg } from "node:os";
import { freePort } from "../../tools/localRun/task/ports";
import { endWith, exitCodeOf, parseOptions } from "../../tools/terminal/commandLine";
import { benchFolder } from "../integration/tools";
import { countAnswers, type Load } from "./load";
import {
  CLIENT_CPU,
  cpuMs,
  memoryMiB,
  PINNED,
  pin,
  type Server,
  startBare,
  startDaemon,
  startHello,
  startOthers,
} from "./servers";
import { measureSidecars } from "./sidecars";

const usage = `npm run bench

Compares a traced service with a bare node:http server, and with Bottle and
Express after \`.ci/install-tools bench\`, and app and sidecar with each tracer
after \`.ci/install-tools\`. Takes five minutes, and a quiet machine.

    -h, --help  prints this

Exits with 1 when a goal is missed.`;

const ROUNDS = 51;
const ROUND_MS = 100;
const WARM_UP_MS = 1000;

/**
 * Of a bare server's requests/s, what a traced one must reach. The first load is that of `ab`, with which the stack is
 * checked, and the one which Bottle's own server is made for.
 */
const LOADS = [
  { name: "1 client, a connection per request", connections: 1, keepAlive: false, goal: 0.9, bottle: 2 },
  { name: "1 client, kept alive", connections: 1, keepAlive: true, goal: 0.85 },
  { name: "32 clients, kept alive", connections: 32, keepAlive: true, goal: 0.7 },
];
/** Of Bottle's CPU time for a request, what the hello service may take. */
const CPU_GOAL = 0.42;

interface Figures {
  /** Requests per second, round by round. */
  readonly perSecond: number[];
  answered: number;
  cpuMs: number;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function measure(servers: readonly Server[], load: Load): Promise<Map<Server, Figures>> {
  const figures = new Map<Server, Figures>(servers.map((server) => [server, { perSecond: [], answered: 0, cpuMs: 0 }]));
  for (const server of servers) {
    await countAnswers(server.port, load, WARM_UP_MS);
  }
  for (let round = 0; round < ROUNDS; round++) {
    // The order turns round with every round, so that no one always follows the same neighbour.
    for (const [server, own] of round % 2 === 0 ? [...figures] : [...figures].reverse()) {
      const before = cpuMs(server);
      const { answered, perSecond } = await countAnswers(server.port, load, ROUND_MS);
      own.perSecond.push(perSecond);
      own.answered += answered;
      own.cpuMs += cpuMs(server) - before;
    }
  }
  return figures;
}

function ratio(figures: Map<Server, Figures>, server: Server, base: Server): number {
  const against = figures.get(base)?.perSecond ?? [];
  const own = figures.get(server)?.perSecond ?? [];
  return median(own.map((value, round) => value / (against[round] ?? Number.NaN)));
}

/** CPU time of a request, in microseconds. */
function cpuOf(figures: Map<Server, Figures>, server: Server): number {
  const { cpuMs: ms = Number.NaN, answered = 0 } = figures.get(server) ?? {};
  return (ms * 1000) / answered;
}

async function bench(): Promise<number> {
  if (parseOptions({}, process.argv.slice(2)).help) {
    console.log(usage);
    return 0;
  }
  const load = loadavg()[0]?.toFixed(1);
  console.log(`Node.js ${process.version}, ${cpus().length} processors (${cpus()[0]?.model}), load average ${load}`);
  pin(process.pid, CLIENT_CPU);
  if (!PINNED) {
    console.log("The processes are not kept apart, which takes `taskset` and two processors: expect noise.");
  }
  const daemon = await startDaemon();
  const bare = await startBare();
  const untraced = await startHello("hello, TRACING=none", { TRACING: "none" });
  const environment = { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address };
  const traced = await startHello("hello, traced", environment);
  const otlp = { ...environment, TRACING: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: `http://${daemon.address}` };
  const spans = await startHello("hello, traced by OpenTelemetry", otlp);
  const nobody = `127.0.0.1:${await freePort()}`;
  const nowhere = { AWS_XRAY_DAEMON_ADDRESS: nobody, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${nobody}` };
  const dead = await startHello("hello, dead daemon", { ...environment, ...nowhere });
  const deadCollector = await startHello("hello, dead collector", { ...otlp, ...nowhere });
  const folder = benchFolder();
  const others = folder === undefined ? [] : await startOthers(folder, daemon.address);
  if (folder === undefined) {
    console.log("Without Bottle and Express, which `.ci/install-tools bench` installs where Python is.");
  }
  const [bottle] = others;
  const servers = [bare, untraced, traced, dead, spans, deadCollector, ...others];
  const misses: string[] = [];
  const expect = (what: string, value: number, goal: number, most = false) => {
    console.log(`  ${what}: ${value.toFixed(3)} (goal: at ${most ? "most" : "least"} ${goal})`);
    if (most ? value > goal : value < goal) {
      misses.push(what);
    }
  };
  for (const { name, goal, bottle: bottleGoal, ...load } of LOADS) {
    console.log(`${name}, medians of ${ROUNDS} rounds:`);
    const figures = await measure(servers, load);
    for (const server of servers) {
      const perSecond = median(figures.get(server)?.perSecond ?? []).toFixed(0);
      const cpu = `${cpuOf(figures, server).toFixed(0)} us of CPU a request`;
      console.log(
        `  ${server.name}: ${perSecond} requests/s, ${ratio(figures, server, bare).toFixed(3)} of bare, ${cpu}`,
      );
    }
    expect("traced against bare", ratio(figures, traced, bare), goal);
    expect("dead daemon against live daemon", ratio(figures, dead, traced), 0.95);
    expect("dead collector against live collector", ratio(figures, deadCollector, spans), 0.95);
    if (bottle !== undefined && bottleGoal !== undefined) {
      expect("traced against Bottle", ratio(figures, traced, bottle), bottleGoal);
      expect("CPU of a request against Bottle's", cpuOf(figures, traced) / cpuOf(figures, bottle), CPU_GOAL, true);
    }
  }
  for (const server of servers) {
    const memory = memoryMiB(server).toFixed(0);
    console.log(`${server.name}: first answer ${server.firstAnswerMs.toFixed(0)} ms after its start, ${memory} MiB`);
  }
  console.log(`segments received: ${daemon.received()}`);
  for (const { process: child } of servers) {
    child.kill("SIGKILL");
  }
  daemon.stop();
  await measureSidecars();
  if (misses.length > 0) console.error(`missed: ${misses.join("; ")}`);
  return misses.length === 0 ? 0 : 1;
}

endWith(exitCodeOf(bench, () => false, process.stderr));
