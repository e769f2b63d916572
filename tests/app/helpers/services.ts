import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import manifest from "../../../app/hello/package.json";
import { buildService, type ServiceDefinition } from "../../../app/service";
import { describeRequest } from "../../../app/service/buildService";
import { formatTrace, traceTrees } from "../../../tools/traces/traceTree";
import { type Daemon, type Segment, startDaemon } from "./daemon";

/** A trace that has just begun: X-Ray takes no old ones. */
export const ROOT = `1-${Math.floor(Date.now() / 1000).toString(16)}-bd862e3fe1be46a994272793`;
export const PARENT = "53995c3f42cd8ad8";
/** The header of a request which is traced, whatever the rules say. */
export const SAMPLED = `Root=${ROOT};Sampled=1`;

/** The tracers, by the names that `TRACING` gives them. */
export type TracerName = "xray" | "otlp";

/** What every segment of the service hello says of itself outside ECS. */
export const SELF = {
  xray: {
    service: { version: manifest.version, runtime: "node", runtime_version: process.version },
    aws: { xray: { sdk: "traced-fargate" } },
  },
  otlp: { service: { version: manifest.version }, aws: { xray: { sdk: "opentelemetry for javascript" } } },
} satisfies Record<TracerName, object>;

/** A service by the name of hello with these routes. */
export const withRoutes = (routes: (app: FastifyInstance) => void): ServiceDefinition => ({ manifest, routes });

/** Sends a request with a trace header, if any. */
export function ask(url: string, traceHeader?: string): Promise<Response> {
  return fetch(url, { headers: { "user-agent": "test", ...(traceHeader && { "x-amzn-trace-id": traceHeader }) } });
}

/** Checks what differs from one segment to the next, and returns the rest. */
export function withoutIdsAndTimes(
  segment: Segment | undefined,
): Omit<Segment, "trace_id" | "id" | "start_time" | "end_time"> {
  assert.ok(segment);
  const { trace_id, id, start_time, end_time = 0, ...rest } = segment;
  assert.match(`${trace_id} ${id}`, /^1-[0-9a-f]{8}-[0-9a-f]{24} [0-9a-f]{16}$/);
  assert.ok(performance.timeOrigin / 1000 <= start_time && start_time <= end_time && end_time <= Date.now() / 1000);
  return rest;
}

/** Services of this process, and the daemon to which they send their segments. */
export class Services {
  /** What they have logged. */
  readonly lines: Record<string, unknown>[] = [];
  private readonly apps: FastifyInstance[] = [];

  private constructor(
    readonly daemon: Daemon,
    private readonly tracer: TracerName,
  ) {}

  static async start(tracer: TracerName = "xray"): Promise<Services> {
    return new Services(await startDaemon(), tracer);
  }

  /** Builds a service which traces, unless its environment says otherwise. */
  build(definition: ServiceDefinition, environment: Readonly<Record<string, string>> = {}): FastifyInstance {
    const log = pino({ mixin: describeRequest }, { write: (line) => this.lines.push(JSON.parse(line)) });
    const { address: AWS_XRAY_DAEMON_ADDRESS, endpoint: OTEL_EXPORTER_OTLP_ENDPOINT } = this.daemon;
    const tracing = { TRACING: this.tracer, AWS_XRAY_DAEMON_ADDRESS, OTEL_EXPORTER_OTLP_ENDPOINT };
    const app = buildService(definition, { ...tracing, ...environment }, log);
    this.apps.unshift(app);
    return app;
  }

  /** Lets a service listen on a free port; resolves to its address. */
  async listen(app: FastifyInstance): Promise<string> {
    await app.listen({ port: 0, host: "127.0.0.1" });
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  }

  serve(...args: Parameters<Services["build"]>): Promise<string> {
    return this.listen(this.build(...args));
  }

  /** Closes the services and the daemon, and returns all that they have sent, which must be so many segments. */
  async segments(count: number): Promise<readonly Segment[]> {
    await this.closeServices();
    return this.daemon.received(count);
  }

  /** The same as a call tree. */
  async tree(count: number): Promise<string[]> {
    return traceTrees(await this.segments(count)).flatMap(formatTrace);
  }

  /** Closes all. Fails when tracing has warned of anything. */
  async close(): Promise<void> {
    await this.closeServices();
    await this.daemon.close();
    assert.deepEqual(
      this.lines.filter(({ level }) => level === 40),
      [],
    );
  }

  private async closeServices(): Promise<void> {
    for (const app of this.apps.splice(0)) {
      // A caller may keep connections for further requests.
      app.server.closeAllConnections();
      await app.close();
    }
  }
}

/** Services, and their daemon, for each test of the suite which calls this. */
export function servicesOfEachTest(tracer?: TracerName): () => Services {
  let services: Services | undefined;
  beforeEach(async () => {
    services = await Services.start(tracer);
  });
  afterEach(() => services?.close());
  return () => services ?? assert.fail("there are services only while a test runs");
}
