import { setImmediate as nextTurn } from "node:timers/promises";
import type { TracingOptions } from "@traced-fargate/tracing";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { MetricsSettings } from "./settings";

declare module "fastify" {
  interface FastifyInstance {
    /** What the service counts of itself; absent unless the environment asks for it. */
    metrics?: ServiceMetrics;
  }
}

/** How often the metrics are written, in milliseconds: CloudWatch keeps one value a minute. */
const WRITE_MS = 60_000;

/**
 * Latencies are counted in classes, each a tenth longer than the one before, from 1 ms to 12.5 s: 100 numbers are what
 * a metric may have at once, and CloudWatch itself keeps no finer classes of a percentile
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html).
 */
const CLASSES = 100;
const STEP = Math.log(1.1);

/** The class of a latency, in milliseconds: the first which reaches up to it. */
const classOf = (ms: number): number => (ms <= 1 ? 0 : Math.min(CLASSES - 1, Math.ceil(Math.log(ms) / STEP)));

/** The longest latency of a class, in milliseconds. */
const longestOf = (index: number): number => Number(Math.exp(index * STEP).toPrecision(4));

/** How a request ended. */
interface CountedRequest {
  /** Status of the answer; absent when the caller hung up before there was one. */
  readonly status: number | undefined;
  readonly ms: number;
  readonly sampled: boolean;
}

/** Counts requests, and says once a minute how many there were. Counting allocates nothing. */
export class ServiceMetrics {
  private requests = 0;
  private faults = 0;
  private sampled = 0;
  private tracingErrors = 0;
  private readonly latencies = new Uint32Array(CLASSES);
  private sum = 0;
  private shortest = Number.POSITIVE_INFINITY;
  private longest = 0;

  constructor(
    private readonly settings: MetricsSettings,
    private readonly log: Logger,
  ) {}

  countRequest({ status = 0, ms, sampled }: CountedRequest): void {
    this.requests++;
    this.faults += status >= 500 ? 1 : 0;
    this.sampled += sampled ? 1 : 0;
    const index = classOf(ms);
    this.latencies[index] = (this.latencies[index] ?? 0) + 1;
    this.sum += ms;
    this.shortest = Math.min(this.shortest, ms);
    this.longest = Math.max(this.longest, ms);
  }

  /** Counts something which could not be sent to the collector, or asked of it. */
  countTracingError(): void {
    this.tracingErrors++;
  }

  /**
   * Writes what was counted since the last time, in CloudWatch's embedded metric format: CloudWatch Logs makes metrics
   * of the line, without a call to CloudWatch or a permission for one, and without the header which it once took
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html,
   * https://github.com/aws/aws-logging-dotnet/issues/186). Zeros are written, too: a quiet service is a datapoint.
   */
  write(): void {
    const { namespace, serviceName, traced } = this.settings;
    const counts = {
      Requests: this.requests,
      Faults: this.faults,
      ...(traced ? { SampledRequests: this.sampled, TracingErrors: this.tracingErrors } : {}),
    };
    const latency = this.requests === 0 ? {} : { Latency: this.takeLatencies() };
    this.requests = this.faults = this.sampled = this.tracingErrors = 0;
    const definitions = [
      ...Object.keys(counts).map((Name) => ({ Name, Unit: "Count" })),
      ...Object.keys(latency).map((Name) => ({ Name, Unit: "Milliseconds" })),
    ];
    const directive = { Namespace: namespace, Dimensions: [["Service"]], Metrics: definitions };
    const metadata = { Timestamp: Date.now(), CloudWatchMetrics: [directive] };
    this.log.info({ _aws: metadata, Service: serviceName, ...counts, ...latency }, "metrics");
  }

  /**
   * Values with how often each came, as AWS's collector writes histograms in this format
   * (https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/exporter/awsemfexporter/datapoint.go).
   */
  private takeLatencies() {
    const used = [...this.latencies.keys()].filter((index) => this.latencies[index] !== 0);
    const taken = {
      Values: used.map(longestOf),
      Counts: used.map((index) => this.latencies[index]),
      Min: this.shortest,
      Max: this.longest,
      Sum: this.sum,
      Count: this.requests,
    };
    this.latencies.fill(0);
    this.sum = this.longest = 0;
    this.shortest = Number.POSITIVE_INFINITY;
    return taken;
  }
}

/**
 * A log for the tracer which counts what it warns of with an error: a collector that is gone, or that does not reach
 * X-Ray. A tracer warns of each problem at most once a minute.
 */
export function countTracingErrors(metrics: ServiceMetrics, log: Logger): TracingOptions["log"] {
  return {
    warn: (fields, message) => {
      if ("err" in fields) {
        metrics.countTracingError();
      }
      log.warn(fields, message);
    },
  };
}

/**
 * Counts every request but health checks when its answer has gone, or its caller, and writes what was counted to the
 * log: every minute while the service listens, and when it has closed.
 */
export function addMetrics(app: FastifyInstance, metrics: ServiceMetrics): void {
  app.decorate("metrics", metrics);
  let timer: NodeJS.Timeout | undefined;
  app.addHook("onListen", async () => {
    timer = setInterval(() => metrics.write(), WRITE_MS).unref();
  });
  app.addHook("onRequest", (request, reply, done) => {
    if (request.url !== "/health") {
      const start = performance.now();
      reply.raw.once("close", () => {
        const { headersSent, statusCode } = reply.raw;
        const status = headersSent ? statusCode : undefined;
        metrics.countRequest({ status, ms: performance.now() - start, sampled: request.trace !== null });
      });
    }
    done();
  });
  app.addHook("onClose", async () => {
    clearInterval(timer);
    // The "close" event of the last answer may come a turn after the server has closed.
    await nextTurn();
    metrics.write();
  });
}
