import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../tools/localRun/task/ports";
import { bundle } from "../integration/app/serviceProcess";
import { BODY } from "./load";

/** Numbers of the processors, as Linux counts them. */
export const SERVERS_CPU = 0;
export const CLIENT_CPU = 1;
/** Whether processes can be kept apart. */
export const PINNED = availableParallelism() > CLIENT_CPU && spawnSync("taskset", ["--version"]).status === 0;

/** Keeps a process, with all its threads, on one processor. */
export function pin(pid: number | undefined, cpu: number): void {
  if (PINNED) {
    execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(cpu), String(pid)], { stdio: "pipe" });
  }
}

/** A server as a process of its own, which stays up for the whole run. */
export interface Server {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** From its start to its first answer, in milliseconds. */
  readonly firstAnswerMs: number;
}

/** Starts a program on a port, and resolves when it has answered. */
async function start(
  name: string,
  command: (port: number) => readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const port = await freePort();
  const [file = "", ...args] = command(port);
  const begun = performance.now();
  const env = { PATH: process.env.PATH, PORT: String(port), ...environment };
  const child = spawn(file, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  pin(child.pid, SERVERS_CPU);
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    await pause(2);
  }
  return { name, port, process: child, firstAnswerMs: performance.now() - begun };
}

async function answers(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  return (await answer?.text()) === BODY;
}

const BARE = `require("node:http").createServer((request, response) => {
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end("${BODY}");
}).listen(Number(process.argv[1]), "127.0.0.1")`;

export const startBare = () => start("bare node:http", (port) => [process.execPath, "-e", BARE, String(port)]);

export const startHello = (name: string, environment: Readonly<Record<string, string>>) =>
  start(name, () => [process.execPath, bundle()], environment);

const BOTTLE = `import logging, sys
from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.ext.bottle.middleware import XRayMiddleware
from bottle import Bottle, response, run
logging.getLogger("waitress.queue").disabled = True
xray_recorder.configure(service="bottle")
app = Bottle()
app.install(XRayMiddleware(xray_recorder))
@app.route("/")
def hello():
    response.content_type = "text/plain; charset=utf-8"
    return "${BODY}"
run(app, server=sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]), quiet=True)`;

const EXPRESS = `const xray = require("aws-xray-sdk-express");
const app = require("express")();
app.use(xray.openSegment("express"));
app.get("/", (request, response) => response.type("text/plain").send("${BODY}"));
app.use(xray.closeSegment());
app.listen(Number(process.argv[1]), "127.0.0.1");`;

/**
 * Bottle, as it serves by itself and under waitress, and Express, each with AWS's X-Ray SDK.
 *
 * @param folder where they are installed
 * @param daemon the daemon's address
 */
export async function startOthers(folder: string, daemon: string): Promise<Server[]> {
  const environment = { AWS_XRAY_DAEMON_ADDRESS: daemon, AWS_XRAY_LOG_LEVEL: "silent" };
  const python = join(folder, "bin/python");
  const bottle = (server: string) => (port: number) => [python, "-c", BOTTLE, server, String(port)];
  const express = (port: number) => [process.execPath, "-e", EXPRESS, String(port)];
  return [
    await start("Bottle, wsgiref", bottle("wsgiref"), environment),
    await start("Bottle, waitress", bottle("waitress"), environment),
    await start("Express", express, { ...environment, NODE_PATH: join(folder, "node_modules") }),
  ];
}

// In a process of its own, because what it does must not slow the client down.
const DAEMON = `const port = Number(process.argv[1]);
require("node:dgram").createSocket("udp4").on("message", () => process.stdout.write(".")).bind(port, "127.0.0.1");
require("node:http").createServer((request, response) => {
  const isSpans = request.url === "/v1/traces";
  request.resume().on("end", () => response.end(isSpans ? "" : '{"SamplingRuleRecords":[]}'));
}).listen(port, "127.0.0.1");`;

/** A daemon that counts segments, takes spans as a collector does, and knows no rules. */
export async function startDaemon() {
  const port = await freePort();
  const child = spawn(process.execPath, ["-e", DAEMON, String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  pin(child.pid, CLIENT_CPU);
  let count = 0;
  child.stdout.on("data", (chunk) => {
    count += chunk.length;
  });
  await pause(300);
  return { address: `127.0.0.1:${port}`, received: () => count, stop: () => child.kill() };
}

/** CPU time of a process so far, in milliseconds; nothing where Linux does not tell. */
export function cpuMs(of: Pick<Server, "process"> | undefined): number {
  try {
    const fields = readFileSync(`/proc/${of?.process.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

/** Memory of a process, in MiB; nothing where Linux does not tell. */
export function memoryMiB({ process: { pid } }: Pick<Server, "process">): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
