import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { defaultSamplingRule, type SamplingRule } from "../../../tools/localRun/checks/sampling";
import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";
import { XrayApi } from "../../../tools/localRun/standIns/xrayApi";
import type { StandInProgram } from "../../../tools/localRun/task/images";
import { freePort, isListening } from "../../../tools/localRun/task/ports";

/** What the daemon and the collector find in their environment: no metadata to ask, and credentials nobody looks at. */
export const awsEnvironment = {
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "eu-central-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

interface LocalXrayOptions {
  /** The account's sampling rules. @default the default one */
  readonly rules?: readonly SamplingRule[];
  /** Whether it is called as AWS's own endpoint, through a proxy that leads here. @default false */
  readonly tls?: boolean;
}

/** X-Ray's API at an address of this machine, and the configuration with which AWS's daemon calls it. */
export class LocalXray {
  readonly segments: SegmentDocument[] = [];
  readonly api: XrayApi;
  /** As `host:port`. */
  address = "";
  private readonly directory = mkdtempSync(join(tmpdir(), "xray-daemon-"));

  private constructor({ rules = [defaultSamplingRule], tls = false }: LocalXrayOptions) {
    const take = (documents: readonly SegmentDocument[]) => this.segments.push(...documents);
    this.api = new XrayApi(rules, take, tls ? this.certificate() : undefined);
  }

  static async open(options: LocalXrayOptions = {}): Promise<LocalXray> {
    const xray = new LocalXray(options);
    xray.address = await xray.api.listen();
    const lines = ["Version: 2", "NoVerifySSL: true", ...(options.tls ? [] : [`Endpoint: http://${xray.address}`])];
    writeFileSync(xray.configuration, `${lines.join("\n")}\n`);
    return xray;
  }

  /** AWS's daemon, calling this API. */
  daemon(path: string): StandInProgram {
    return {
      description: "AWS's X-Ray daemon",
      program: [path, "-c", this.configuration],
      environment: awsEnvironment,
    };
  }

  /** How often an operation was called; every call must have been signed for X-Ray. */
  countCalls(operation: string): number {
    const calls = this.api.calls.filter((call) => call.operation === operation);
    for (const { authorization = "" } of calls) {
      if (!/^AWS4-HMAC-SHA256 Credential=.+\/eu-central-1\/xray\/aws4_request/.test(authorization)) {
        throw new Error(`${operation} was not signed for X-Ray: ${authorization}`);
      }
    }
    return calls.length;
  }

  /** Waits until nothing more has come for two of the daemon's own waits of a second. */
  async settle(): Promise<readonly SegmentDocument[]> {
    let count: number;
    do {
      count = this.segments.length;
      await delay(2000);
    } while (this.segments.length > count);
    return this.segments;
  }

  async close(): Promise<void> {
    await this.api.close();
    rmSync(this.directory, { recursive: true });
  }

  private get configuration(): string {
    return join(this.directory, "cfg.yaml");
  }

  private certificate() {
    const [key, cert] = ["key.pem", "cert.pem"].map((file) => join(this.directory, file)) as [string, string];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const subject = ["-subj", "/CN=xray.eu-central-1.amazonaws.com", "-days", "2"];
    execFileSync("openssl", [...request, "-keyout", key, "-out", cert, ...subject], { stdio: "pipe" });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  }
}

/** AWS's daemon as a process of its own, which can be killed and started again at the same address. */
export class DaemonProcess {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly program: StandInProgram,
    private readonly port: number,
  ) {}

  static async start(program: StandInProgram): Promise<DaemonProcess> {
    const daemon = new DaemonProcess(program, await freePort());
    await daemon.start();
    return daemon;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it, and resolves when it listens. */
  async start(): Promise<void> {
    const [file = "", ...args] = this.program.program;
    const flags = ["-o", "-l", "error", "-b", this.address, "-t", this.address];
    const child = spawn(file, [...args, ...flags], { env: { ...this.program.environment }, stdio: "ignore" });
    this.child = child;
    while (!(await isListening(this.port))) {
      if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
      await delay(20);
    }
  }

  /** Ends it, and resolves when it has. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill(signal);
    await ended;
  }
}
