/**
 * `npm run bench`: compares the hello service with a bare `node:http` server that answers the same 12 bytes.
 *
 * Every server is a process of its own and stays up for the whole run. Rounds are short and interleaved, and a server's
 * figure is divided by the bare server's of the same round, so that a machine whose speed changes favours no one. The
 * servers share one processor and the client and the daemon another, as they would on machines of their own: left to
 * itself, Linux moves client and server together and apart, and with one client that alone makes the same server
 * faster or slower by half. Exits with 1 when the median misses a goal.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { availableParallelism } from "node:os";
import { pause } from "../app/helpers/daemonDouble";
import { freePort } from "../helpers/freePort";
import { startService } from "../integration/app/serviceProcess";

const ROUNDS = 51;
const ROUND_MS = 100;
const WARM_UP_MS = 1000;
const BODY = "Hello X-Ray!";
const BARE = `require("node:http").createServer((request, response) => {
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end("${BODY}");
}).listen(Number(process.argv[1]), "127.0.0.1")`;

/**
 * Of a bare server's requests/s, what a traced one must reach. The first load is that of `ab`, with which the stack is
 * checked.
 */
const LOADS = [
  { name: "1 client, a connection per request", connections: 1, keepAlive: false, goal: 0.85 },
  { name: "1 client, kept alive", connections: 1, keepAlive: true, goal: 0.85 },
  { name: "32 clients, kept alive", connections: 32, keepAlive: true, goal: 0.7 },
];

// In a process of its own, because what it does must not slow the client down.
const DAEMON = `const port = Number(process.argv[1]);
require("node:dgram").createSocket("udp4").on("message", () => process.stdout.write(".")).bind(port, "127.0.0.1");
require("node:http").createServer((request, response) => response.end('{"SamplingRuleRecords":[]}')).listen(port, "127.0.0.1");`;

/** Numbers of the processors, as Linux counts them. */
const SERVERS_CPU = 0;
const CLIENT_CPU = 1;

/** Keeps a process, with all its threads, on one processor. */
function pin(pid: number | undefined, cpu: number): void {
  if (PINNED) {
    execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(cpu), String(pid)], { stdio: "pipe" });
  }
}

const PINNED = availableParallelism() > CLIENT_CPU && spawnSync("taskset", ["--version"]).status === 0;

interface Server {
  readonly name: string;
  readonly port: number;
  stop(): unknown;
}

/** Runs a script that listens on the port it is given. */
async function startScript(name: string, script: string, cpu: number): Promise<Server & { output(): string }> {
  const port = await freePort();
  const child = spawn(process.execPath, ["-e", script, String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  pin(child.pid, cpu);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await pause(300);
  return { name, port, stop: () => child.kill(), output: () => output };
}

async function startHello(name: string, environment: Record<string, string>): Promise<Server> {
  const service = await startService(environment);
  pin(service.process.pid, SERVERS_CPU);
  return { name, port: service.port, stop: () => service.stop() };
}

/**
 * How the client asks: over how many connections at once, and whether a connection serves one request or all of them.
 */
interface Load {
  readonly connections: number;
  readonly keepAlive: boolean;
}

/** Requests answered per second, with one request under way on each connection. */
async function requestsPerSecond(port: number, load: Load, milliseconds: number): Promise<number> {
  const connection = load.keepAlive ? "keep-alive" : "close";
  const request = Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: ${connection}\r\n\r\n`);
  const sockets = new Set<Socket>();
  let answered = 0;
  let running = true;
  const open = () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => socket.write(request));
    sockets.add(socket);
    socket.on("data", (chunk) => {
      if (!chunk.toString("latin1").endsWith(BODY)) {
        return;
      }
      answered++;
      if (load.keepAlive) {
        socket.write(request);
      }
    });
    socket.on("close", () => {
      sockets.delete(socket);
      if (running) {
        open();
      }
    });
  };
  const start = process.hrtime.bigint();
  for (let index = 0; index < load.connections; index++) {
    open();
  }
  await pause(milliseconds);
  running = false;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  for (const socket of sockets) {
    socket.destroy();
  }
  return answered / seconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Each server's requests per second, round by round. */
async function measure(servers: readonly Server[], load: Load): Promise<Map<Server, number[]>> {
  const figures = new Map<Server, number[]>(servers.map((server) => [server, []]));
  for (const server of servers) {
    await requestsPerSecond(server.port, load, WARM_UP_MS);
  }
  for (let round = 0; round < ROUNDS; round++) {
    // The order turns round with every round, so that no one always follows the same neighbour.
    for (const [server, values] of round % 2 === 0 ? [...figures] : [...figures].reverse()) {
      values.push(await requestsPerSecond(server.port, load, ROUND_MS));
    }
  }
  return figures;
}

function ratio(figures: Map<Server, number[]>, server: Server, base: Server): number {
  const against = figures.get(base) ?? [];
  return median((figures.get(server) ?? []).map((value, round) => value / (against[round] ?? Number.NaN)));
}

async function main(): Promise<void> {
  pin(process.pid, CLIENT_CPU);
  if (!PINNED) {
    console.log("The processes are not kept apart, which takes `taskset` and two processors: expect noise.");
  }
  const daemon = await startScript("daemon", DAEMON, CLIENT_CPU);
  const bare = await startScript("bare node:http", BARE, SERVERS_CPU);
  const untraced = await startHello("hello, TRACING=none", { TRACING: "none" });
  const traced = await startHello("hello, traced", {
    TRACING: "xray",
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.port}`,
  });
  const dead = await startHello("hello, dead daemon", {
    TRACING: "xray",
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${await freePort()}`,
  });
  const servers = [bare, untraced, traced, dead];
  const misses: string[] = [];
  const expect = (what: string, value: number, least: number) => {
    console.log(`  ${what}: ${value.toFixed(3)} (goal: at least ${least})`);
    if (value < least) {
      misses.push(what);
    }
  };
  for (const { name, goal, ...load } of LOADS) {
    console.log(`${name}, medians of ${ROUNDS} rounds:`);
    const figures = await measure(servers, load);
    for (const server of servers) {
      const perSecond = median(figures.get(server) ?? []).toFixed(0);
      console.log(`  ${server.name}: ${perSecond} requests/s, ${ratio(figures, server, bare).toFixed(3)} of bare`);
    }
    expect("traced against bare", ratio(figures, traced, bare), goal);
    expect("dead daemon against live daemon", ratio(figures, dead, traced), 0.95);
  }
  console.log(`segments received: ${daemon.output().length}`);
  await Promise.all(servers.map((server) => server.stop()));
  daemon.stop();
  if (misses.length > 0) {
    console.error(`missed: ${misses.join("; ")}`);
    process.exitCode = 1;
  }
}

void main();
