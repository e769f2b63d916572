import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DiagLogLevel, diag, ROOT_CONTEXT, TraceFlags, trace } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  type ReadableSpan,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { EnvironmentError } from "../environmentError";
import { rawRequest } from "../httpData";
import { newTraceId } from "../traceHeader";
import { type LeftOut, type Recorder, type RequestTrace, TOO_LARGE, type TracedService } from "../tracer";
import { waitAtMost } from "../waitAtMost";
import type { Warn } from "../warnings";
import { describeService } from "./attributes";
import { type Caller, fromXray, readCaller } from "./propagation";
import { type SpanMaker, SpanTrace } from "./spanTrace";

/** Where a collector on the same machine takes spans (https://opentelemetry.io/docs/specs/otlp/#otlphttp-default-port). */
const DEFAULT_ENDPOINT = "http://127.0.0.1:4318";
/** Longest wait for the last spans to leave, in milliseconds: a collector that is gone must not hold up a shutdown. */
const FLUSH_MS = 1000;
/** How long a batch may take, with all its attempts, in milliseconds. */
const EXPORT_MS = 5000;
/** How long spans wait to be sent together, in milliseconds, and how many are sent at once. */
const BATCH_MS = 1000;
const BATCH_SIZE = 512;
/** How many spans wait at most; about 10 MiB, or 100 MiB when all have failed with long messages. */
const QUEUE_SIZE = 4096;

/**
 * The address that spans are posted to, below the collector's, `OTEL_EXPORTER_OTLP_ENDPOINT`.
 * https://opentelemetry.io/docs/languages/sdk-configuration/otlp-exporter/#otel_exporter_otlp_endpoint
 *
 * @throws EnvironmentError when that is not an address
 */
export function readOtlpEndpoint({ OTEL_EXPORTER_OTLP_ENDPOINT: base = DEFAULT_ENDPOINT }: NodeJS.ProcessEnv): string {
  if (!/^https?:\/\/[^?#]+$/.test(base) || !URL.canParse(base)) {
    throw new EnvironmentError(
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      base,
      `use the address of a collector, as in ${DEFAULT_ENDPOINT}`,
    );
  }
  return `${base.replace(/\/+$/, "")}/v1/traces`;
}

/** Sends spans to an OpenTelemetry collector. */
export class OtlpRecorder implements Recorder, SpanMaker {
  readonly tracer;
  private readonly ids = new TraceIds();
  private readonly exporter;
  private readonly processor: BatchSpanProcessor;
  /** Traces whose request has ended before a subsegment. */
  private readonly waiting = new Set<SpanTrace>();

  /** @param url where spans are posted to */
  constructor(
    service: TracedService,
    url: string,
    private readonly warn: Warn,
  ) {
    // The SDK tells only its own log of spans that it drops, and of those that the collector refuses.
    const ignore = () => {};
    const log = { error: ignore, info: ignore, debug: ignore, verbose: ignore };
    const say = (reason: string) => warn("OpenTelemetry lost a part of a trace", undefined, { reason });
    diag.setLogger({ ...log, warn: say }, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });

    this.exporter = new WarningExporter({ url, timeoutMillis: EXPORT_MS }, warn);
    this.processor = new BatchSpanProcessor({
      exporter: this.exporter,
      maxQueueSize: QUEUE_SIZE,
      maxExportBatchSize: BATCH_SIZE,
      scheduledDelayMillis: BATCH_MS,
    });
    this.tracer = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes(describeService(service))),
      // Whoever asks for a span has been sampled.
      sampler: new AlwaysOnSampler(),
      idGenerator: this.ids,
      spanProcessors: [this.processor],
    }).getTracer("traced-fargate", service.version);
  }

  readCaller(headers: IncomingHttpHeaders): Caller {
    return readCaller(headers);
  }

  record(request: IncomingMessage, caller: Caller, rule: string | true): RequestTrace {
    const { root = newTraceId(Date.now() / 1000), parent, state } = caller;
    const traceId = fromXray(root);
    // A span whose parent is not known, as behind a load balancer, takes the trace's id from here.
    this.ids.traceId = traceId;
    const context =
      parent === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId,
            spanId: parent,
            traceFlags: TraceFlags.SAMPLED,
            traceState: state,
            isRemote: true,
          });
    return new SpanTrace(this, rawRequest(request), caller, rule, context);
  }

  unfinished(unfinished: SpanTrace): void {
    this.waiting.add(unfinished);
  }

  finished(finished: SpanTrace): void {
    this.waiting.delete(finished);
  }

  tooLarge({ traceId }: SpanTrace, leftOut: LeftOut): void {
    this.warn(TOO_LARGE, undefined, { traceId, leftOut });
  }

  async flush(): Promise<void> {
    // A trace ends with its response's "close" event, which may come a turn after the server has closed.
    await nextTurn();
    for (const unfinished of this.waiting) {
      unfinished.endUnfinished();
    }
    // The processor's promise knows only what it sends now, the exporter's also what was under way before.
    const sent = Promise.all([this.processor.forceFlush(), this.exporter.forceFlush()]);
    await waitAtMost(
      FLUSH_MS,
      sent.catch(() => {}),
    );
  }
}

class WarningExporter extends OTLPTraceExporter {
  constructor(
    config: ConstructorParameters<typeof OTLPTraceExporter>[0],
    private readonly warn: Warn,
  ) {
    super(config);
  }

  override export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    super.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) {
        this.warn("spans could not be sent", result.error, { spans: spans.length });
      }
      done(result);
    });
  }
}

/** Ids as X-Ray takes them; that of a trace is decided before its first span begins. */
class TraceIds implements IdGenerator {
  traceId = "";

  generateTraceId(): string {
    return this.traceId;
  }

  generateSpanId(): string {
    return randomBytes(8).toString("hex");
  }
}
