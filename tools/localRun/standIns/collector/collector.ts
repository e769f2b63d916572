import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { errorMessage } from "../../../values";
import type { SamplingRule } from "../../checks/sampling";
import { type Address, excerpt, samplingServer } from "../daemon/daemon";
import type { DaemonEvent } from "../daemon/events";
import { SegmentBatches } from "../daemon/segmentBatches";
import { checkSegmentDocument } from "../daemon/segmentDocument";
import { directUplink } from "../daemon/uplink";
import type { JsonServer } from "../jsonServer";
import { checkSpan } from "./checkSpan";
import type { CollectorConfiguration } from "./configuration";
import { readSpans, type Span } from "./spans";
import { toSegment } from "./toSegment";

interface CollectorStandInArgs {
  readonly configuration: CollectorConfiguration;
  /** The account's sampling rules, the default one among them. */
  readonly rules: readonly SamplingRule[];
  readonly onEvent: (event: DaemonEvent) => void;
}

/** How many spans are remembered; a run that is kept open must not fill the memory. */
const rememberedSpans = 100_000;

/**
 * Stands for an OpenTelemetry collector that sends to X-Ray, without AWS behind it: takes spans by OTLP over HTTP, checks
 * them, makes segments of them, which it checks against X-Ray's rules and counts as delivered, and answers for the
 * sampling API as its extension awsproxy does.
 */
export class CollectorStandIn {
  private readonly batches: SegmentBatches;
  private readonly otlp = createServer((request, response) => this.answer(request, response));
  private readonly health = createServer((_, response) => response.end('{"status":"Server available"}'));
  private readonly sampling: JsonServer;
  /** The spans that have come, and those whose parent has yet to come, by trace and id. */
  private readonly known = new Set<string>();
  private readonly orphans = new Map<string, Span>();

  constructor(private readonly args: CollectorStandInArgs) {
    const { rules, onEvent } = args;
    const uplink = directUplink(rules);
    this.batches = new SegmentBatches(uplink, onEvent);
    this.sampling = samplingServer(uplink, onEvent);
  }

  /** Listens wherever it is configured to. Rejects with what the operating system says if it cannot. */
  async listen(): Promise<Readonly<Record<string, number>>> {
    const { otlp, healthCheck, proxy } = this.args.configuration;
    const ports = {
      otlp: await listenAt(this.otlp, otlp),
      ...(proxy && { tcp: await this.sampling.listen(proxy.port, proxy.host) }),
      // Last: who asks for its health may send spans, and ask for sampling rules.
      ...(healthCheck && { health: await listenAt(this.health, healthCheck) }),
    };
    this.args.onEvent({ kind: "listening", ports });
    return ports;
  }

  /** Stops listening, says which spans have lost their parent, and delivers what has arrived. */
  async close(): Promise<void> {
    const closed = [this.otlp, this.health].filter(({ listening }) => listening).map((server) => once(server, "close"));
    for (const server of [this.otlp, this.health]) {
      server.close();
      server.closeIdleConnections();
    }
    await Promise.all([...closed, this.args.configuration.proxy && this.sampling.close()]);
    for (const span of this.orphans.values()) {
      this.refuse(["parent_span_id: names a span which has not been sent"], describe(span));
    }
    await this.batches.flush();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number) => response.writeHead(status, { "content-type": protobuf }).end();
    const { method, url, headers } = request;
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const refusal = refusalOf(method, url, headers["content-type"]);
    if (refusal !== undefined) {
      end(refusal);
      return;
    }
    try {
      const spans = readSpans(headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
      for (const span of spans) this.receive(span);
      // What an answer of no bytes means: all were taken (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
      end(200);
    } catch (error) {
      this.refuse([`request: ${errorMessage(error)}`], body.toString("latin1"));
      end(400);
    }
  }

  private receive(span: Span): void {
    const problems = checkSpan(span, Date.now() / 1000);
    if (problems.length > 0) {
      this.refuse(problems, describe(span));
      return;
    }
    this.connect(span);
    const text = JSON.stringify(toSegment(span, this.args.configuration.indexed));
    const { document, problems: broken } = checkSegmentDocument(Buffer.from(text));
    const refused = document === undefined ? broken : this.batches.add(document);
    if (refused.length > 0) this.refuse(refused, text);
  }

  /** Spans come in the order in which they end, so a parent comes after its children. */
  private connect(span: Span): void {
    const { traceId, spanId, parentSpanId, kind } = span;
    if (this.known.size >= rememberedSpans) this.known.clear();
    this.known.add(`${traceId} ${spanId}`);
    for (const [key, orphan] of this.orphans) {
      if (orphan.traceId === traceId && orphan.parentSpanId === spanId) this.orphans.delete(key);
    }
    const isBelowSpan = kind !== "server" && kind !== "consumer";
    if (isBelowSpan && !this.known.has(`${traceId} ${parentSpanId}`)) this.orphans.set(`${traceId} ${spanId}`, span);
  }

  private refuse(problems: readonly string[], what: string): void {
    this.args.onEvent({ kind: "refused", problems, start: excerpt(what) });
  }
}

const protobuf = "application/x-protobuf";

/** The status of what is not a request for traces, as the real receiver answers it. */
function refusalOf(method = "", url = "", contentType = ""): number | undefined {
  if (url !== "/v1/traces") return 404;
  if (method !== "POST") return 405;
  return contentType === protobuf ? undefined : 415;
}

async function listenAt(server: Server, { port, host }: Address): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function describe({ traceId, spanId, kind, name }: Span): string {
  return `${kind ?? "unknown"} span ${spanId} of trace ${traceId}, ${name}`;
}
