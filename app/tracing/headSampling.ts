import type { IncomingMessage } from "node:http";
import { Sampler } from "./sampling/sampler";
import { SamplingPoller } from "./sampling/samplingPoller";
import { decisionHeader, newTraceId, type TraceHeader } from "./traceHeader";
import {
  pathOf,
  type Recorder,
  type RequestTrace,
  type SegmentPlace,
  type TracedService,
  type Tracer,
  UNSAMPLED,
  unsampled,
} from "./tracer";
import type { Warn } from "./warnings";

/**
 * Decides about sampling before anything is made for a request, whatever records those that are sampled: the caller's
 * decision first, then the account's rules.
 */
export class HeadSampling implements Tracer {
  private readonly sampler = new Sampler();
  private readonly poller: SamplingPoller;

  constructor(
    private readonly recorder: Recorder,
    { name, daemon, origin }: TracedService,
    warn: Warn,
  ) {
    this.poller = new SamplingPoller(this.sampler, { name, type: origin.origin }, daemon.tcp, warn);
  }

  start(): void {
    this.poller.start();
  }

  begin(request: IncomingMessage): RequestTrace {
    const caller = this.recorder.readCaller(request.headers);
    const rule = this.decide(request, caller);
    return rule ? this.recorder.record(request, caller, rule) : refuse(caller);
  }

  beginSegment({ traceId, parentId }: SegmentPlace, request: IncomingMessage): RequestTrace {
    return this.recorder.record(request, { root: traceId, parent: parentId }, true);
  }

  flush(): Promise<void> {
    this.poller.stop();
    return this.recorder.flush();
  }

  private decide(request: IncomingMessage, { sampled }: TraceHeader): string | boolean {
    if (sampled === "1" || sampled === "0") {
      return sampled === "1";
    }
    return this.sampler.decide({
      host: request.headers.host,
      httpMethod: request.method,
      urlPath: pathOf(request.url),
    });
  }
}

function refuse({ sampled, root: known }: TraceHeader): RequestTrace {
  if (sampled !== "?") {
    return known === undefined ? UNSAMPLED : unsampled(known);
  }
  const root = known ?? newTraceId(Date.now() / 1000);
  return { ...unsampled(root), responseHeader: decisionHeader(root, false) };
}
