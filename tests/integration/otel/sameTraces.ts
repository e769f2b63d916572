import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { newTraceId } from "../../../app/tracing/traceHeader";
import type { RequestOutcome, RequestTrace, Tracer } from "../../../app/tracing/tracer";
import { createTracer } from "../../../app/tracing/tracers";
import { LocalServer } from "../../processes/localServer";

/** A request, what is done to answer it, and how it ends. */
export interface Scenario {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly parent?: string;
  readonly work?: (trace: RequestTrace) => void;
  readonly outcome?: Partial<RequestOutcome>;
}

/** Something that fails in the same way whenever it is called. */
function thrown(): Error {
  return new RangeError("too much");
}

const url = "http://time.internal:8080/now";

/** Requests with all that a trace can say. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "a request": {},
  "a request that a rule samples": { headers: { "x-amzn-trace-id": "" } },
  "a request of a caller that is traced": { parent: "53995c3f42cd8ad8" },
  "a request through a load balancer": { headers: { "x-forwarded-for": "203.0.113.7, 10.0.0.1", host: "example.com" } },
  "a request that changes something": { method: "POST", url: "/items/7?secret=1", outcome: { status: 201 } },
  "a request for nothing": { url: "/nothing", outcome: { status: 404 } },
  "a request too many": { outcome: { status: 429 } },
  "a request that fails": { work: (trace) => trace.fail(thrown()), outcome: { status: 500 } },
  "a request whose caller hangs up": { outcome: { status: undefined, contentLength: undefined, complete: false } },
  "calls of a service": {
    work(trace) {
      const request = { method: "GET", url, traced: true as const };
      trace
        .begin("time", { namespace: "remote", http: { request } })
        .end({ http: { response: { status: 200, content_length: 42 } } });
      trace
        .begin("time", { namespace: "remote", http: { request } })
        .end({ http: { response: { status: 503, content_length: 0 } } });
      const call = trace.begin("time", { namespace: "remote", http: { request } });
      call.fail(thrown());
      call.end();
    },
  },
  "calls of AWS": {
    work(trace) {
      const aws = { operation: "PutItem", region: "eu-central-1", table_name: "last-access" };
      trace
        .begin("DynamoDB", { namespace: "aws", aws })
        .end({ http: { response: { status: 200 } }, aws: { request_id: "ABC", retries: 1 } });
      const call = trace.begin("DynamoDB", { namespace: "aws", aws });
      call.fail(thrown());
      call.end({ http: { response: { status: 400 } }, aws: { request_id: "ABD", retries: 0 } });
    },
  },
  "work within work": {
    work(trace) {
      const outer = trace.begin("combine", { annotations: { zone: "UTC", attempt: 2, cached: false } });
      const inner = outer.begin("for<mat>");
      const error = thrown();
      inner.fail(error);
      inner.end();
      outer.fail(error);
      outer.end();
      trace.fail(error);
    },
    outcome: { status: 500 },
  },
};

/** What a sampling rule says that takes every request which is not sampled already. */
export const everything = { RuleName: "everything", FixedRate: 1 };

const headers = { host: "hello:8080", "user-agent": "test" };
const socket = { remoteAddress: "10.0.2.10" };
const plainRequest = { method: "GET", url: "/", headers, socket } as unknown as IncomingMessage;

/** A tracer of this process, as a service has it, which knows the rule that takes everything. */
export async function startTracer(environment: NodeJS.ProcessEnv): Promise<Tracer> {
  const log = { warn: (fields: object, message: string) => assert.fail(`${message} ${JSON.stringify(fields)}`) };
  const tracer = await createTracer(environment, { name: "hello", version: "1.0.0" }, log);
  assert.ok(tracer);
  tracer.start();
  // Without the rule one of them is sampled, and each of the others with 5 %. What has not ended is not sent.
  while (!Array.from({ length: 20 }, () => tracer.begin(plainRequest)).every(({ sampled }) => sampled)) await delay(20);
  return tracer;
}

/** Records all scenarios, each in a trace of its own; resolves to the traces' ids when everything has been sent. */
export async function record(tracer: Tracer): Promise<string[]> {
  const ids = Object.values(scenarios).map(({ parent, work, outcome, ...request }) => {
    const from = parent === undefined ? "" : `Root=${newTraceId(Date.now() / 1000)};Parent=${parent};`;
    const all = { ...headers, "x-amzn-trace-id": `${from}Sampled=1`, ...request.headers };
    const trace = tracer.begin({ ...plainRequest, ...request, headers: all } as unknown as IncomingMessage);
    work?.(trace);
    trace.end({ status: 200, contentLength: 12, complete: true, ...outcome });
    return trace.traceId ?? assert.fail("it is not traced");
  });
  await tracer.flush();
  return ids;
}

/** Passes on to a collector what it is sent, and keeps it. */
export class Listener {
  readonly bodies: Buffer[] = [];
  readonly server: LocalServer;

  /** @param collector its address for OTLP */
  constructor(collector: string) {
    this.server = new LocalServer(async (request, response) => {
      const body = await buffer(request);
      this.bodies.push(body);
      const headers = { "content-type": request.headers["content-type"] ?? "" };
      const { status } = await fetch(`${collector}${request.url}`, {
        method: "POST",
        body: new Uint8Array(body),
        headers,
      });
      response.writeHead(status).end();
    });
  }
}
