import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { configurationText, xrayConfiguration } from "../../components/collectors/otelConfiguration";
import { freePort, isListening } from "../../tools/localRun/task/ports";
import { findTool } from "../integration/tools";
import { countAnswers, type Load } from "./load";
import { CLIENT_CPU, cpuMs, memoryMiB, pin, type Server, startHello } from "./servers";

const ROUNDS = 21;
const ROUND_MS = 400;
const WARM_UP_MS = 2000;
/** App and sidecar each send what they hold after a second. */
const DRAIN_MS = 3000;

const LOADS: readonly (Load & { readonly traced: string })[] = [
  { traced: "1/s and 5 %", connections: 8, keepAlive: true },
  { traced: "all", connections: 8, keepAlive: true, header: "X-Amzn-Trace-Id: Sampled=1" },
];

/** A hello service, and what it sends its traces to. */
interface Pair {
  readonly tracer: string;
  readonly beside: string;
  /** Absent when the sidecar is not installed. */
  readonly app?: Server;
  /** Absent when there is none, or when nothing listens where it should be. */
  readonly sidecar?: Pick<Server, "process">;
}

/** What a sidecar's app finds in its environment. */
type Environment = Readonly<Record<string, string>>;
type Sidecar = { readonly process: ChildProcess; readonly environment: Environment };
type StartSidecar = (program: string, xray: string, directory: string) => Promise<Sidecar>;

/** Segments that X-Ray got, by the name of their service. */
type Segments = Readonly<Record<string, number>>;

/** X-Ray's API in a process of its own, which takes everything, and writes down what it was sent. */
const XRAY = `const segments = {};
require("node:http").createServer(async (request, response) => {
  const body = (await request.toArray()).join("");
  if (request.url === "/TraceSegments") {
    for (const { name } of JSON.parse(body).TraceSegmentDocuments.map(JSON.parse)) {
      segments[name] = (segments[name] ?? 0) + 1;
    }
    console.log(JSON.stringify(segments));
  }
  response.setHeader("content-type", "application/json");
  response.end(request.url === "/GetSamplingRules" ? '{"SamplingRuleRecords":[]}' : "{}");
}).listen(Number(process.argv[1]), "127.0.0.1")`;

const credentials = {
  ...{ AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" },
  ...{ AWS_REGION: "eu-central-1", AWS_EC2_METADATA_DISABLED: "true" },
};

/**
 * Prints a table of app and sidecar with each tracer: memory, and the CPU time of a request, which other work on the
 * machine changes less than the time it takes. The sidecars are the real ones; the row of one that is not installed
 * says so.
 */
export async function measureSidecars(): Promise<void> {
  const children: ChildProcess[] = [];
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const port = await freePort();
    const api = spawn(process.execPath, ["-e", XRAY, String(port)], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(api);
    pin(api.pid, CLIENT_CPU);
    let segments: Segments = {};
    createInterface(api.stdout).on("line", (line) => {
      segments = JSON.parse(line);
    });
    await listening(port);
    const pairs = await startPairs(`http://127.0.0.1:${port}`, directory, children);
    const rows: string[][] = [];
    for (const load of LOADS) rows.push(...(await measure(pairs, load, () => segments)));
    console.log(`App and sidecar, ${ROUNDS} rounds of each app, in turns; CPU is that of a request:`);
    for (const line of table(rows)) console.log(line);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  }
}

async function startPairs(xray: string, directory: string, children: ChildProcess[]): Promise<Pair[]> {
  const start = async (tracer: string, beside: string, environment: Environment = {}, sidecar?: Sidecar) => {
    const app = await startHello(tracer, { TRACING: tracer, AWS_XRAY_TRACING_NAME: tracer, ...environment });
    children.push(app.process);
    return { tracer, beside, app, sidecar };
  };
  const startWith = async (tracer: string, tool: Parameters<typeof findTool>[0], startSidecar: StartSidecar) => {
    const program = findTool(tool);
    if (program === undefined) {
      return { tracer, beside: `${tool} is missing: run \`.ci/install-tools\`` };
    }
    const sidecar = await startSidecar(program, xray, directory);
    children.push(sidecar.process);
    return start(tracer, tool, sidecar.environment, sidecar);
  };
  const nobody = `127.0.0.1:${await freePort()}`;
  const dead = { AWS_XRAY_DAEMON_ADDRESS: nobody, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${nobody}` };
  return [
    await start("none", "none"),
    await startWith("xray", "xray-daemon", startDaemon),
    await start("xray", "dead", dead),
    await startWith("otlp", "otel-collector", startCollector),
    await start("otlp", "dead", dead),
  ];
}

const startDaemon: StartSidecar = async (program, xray, directory) => {
  const configuration = join(directory, "cfg.yaml");
  writeFileSync(configuration, `Version: 2\nEndpoint: ${xray}\n`);
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const args = ["-c", configuration, "-o", "-l", "error", "-b", address, "-t", address];
  const child = spawn(program, args, { env: credentials, stdio: "ignore" });
  pin(child.pid, CLIENT_CPU);
  await listening(port);
  return { process: child, environment: { AWS_XRAY_DAEMON_ADDRESS: address } };
};

const startCollector: StartSidecar = async (program, xray) => {
  const [otlp, proxy, health] = [await freePort(), await freePort(), await freePort()];
  const at = (port: number) => ({ endpoint: `127.0.0.1:${port}` });
  const region = credentials.AWS_REGION;
  const AOT_CONFIG_CONTENT = configurationText({
    ...xrayConfiguration({ region, memoryReservation: 256, logLevel: "error" }),
    receivers: { otlp: { protocols: { http: at(otlp) } } },
    exporters: { awsxray: { region, endpoint: xray } },
    extensions: { health_check: at(health), awsproxy: { ...at(proxy), region, aws_endpoint: xray } },
  });
  const child = spawn(program, { env: { ...credentials, AOT_CONFIG_CONTENT }, stdio: ["ignore", "ignore", "inherit"] });
  pin(child.pid, CLIENT_CPU);
  await listening(otlp);
  const environment = {
    AWS_XRAY_DAEMON_ADDRESS: at(proxy).endpoint,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${at(otlp).endpoint}`,
  };
  return { process: child, environment };
};

async function listening(port: number): Promise<void> {
  while (!(await isListening(port))) await pause(20);
}

/** One row for each pair. */
async function measure(pairs: readonly Pair[], load: (typeof LOADS)[number], read: () => Segments) {
  const ask = async ({ app }: Pair, milliseconds: number) =>
    app === undefined ? 0 : (await countAnswers(app.port, load, milliseconds)).answered;
  for (const pair of pairs) await ask(pair, WARM_UP_MS);
  await pause(DRAIN_MS);
  const segments = read();
  const figures = pairs.map((pair) => ({ pair, answered: 0, app: cpuMs(pair.app), sidecar: cpuMs(pair.sidecar) }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of round % 2 === 0 ? figures : [...figures].reverse()) {
      one.answered += await ask(one.pair, ROUND_MS);
    }
  }
  await pause(DRAIN_MS);
  const costs = figures.map(({ pair, answered, app, sidecar }) => {
    const perRequest = (now: number, before: number) => ((now - before) * 1000) / answered;
    const us = { app: perRequest(cpuMs(pair.app), app), sidecar: perRequest(cpuMs(pair.sidecar), sidecar) };
    return { pair, answered, us };
  });
  const untraced = costs.find(({ pair }) => pair.tracer === "none")?.us.app ?? Number.NaN;
  return costs.map(({ pair: { tracer, beside, app, sidecar }, answered, us }) => {
    if (app === undefined) return [load.traced, tracer, beside];
    const received = (read()[tracer] ?? 0) - (segments[tracer] ?? 0);
    const both = us.app + (sidecar === undefined ? 0 : us.sidecar);
    return [
      ...[load.traced, tracer, beside, ...cost(us.app, app), ...(sidecar ? cost(us.sidecar, sidecar) : ["", ""])],
      ...[(both / untraced).toFixed(2), String(answered), sidecar === undefined ? "" : String(received)],
    ];
  });
}

function cost(microseconds: number, of: Pick<Server, "process">): string[] {
  return [`${microseconds.toFixed(0)} us`, `${memoryMiB(of).toFixed(0)} MiB`];
}

const HEADS = [
  ...["traced", "tracer", "sidecar", "app: CPU", "memory", "sidecar: CPU", "memory"],
  ...["CPU of both, of untraced", "answers", "segments received"],
];

/** Markdown, in columns for who reads it in a terminal. */
function table(rows: readonly string[][]): string[] {
  const widths = HEADS.map((head, column) =>
    Math.max(head.length, ...rows.filter((row) => row.length === HEADS.length).map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(HEADS), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}
