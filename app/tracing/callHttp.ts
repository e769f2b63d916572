import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { currentTrace } from "./context";
import { TRACE_HEADER } from "./traceHeader";
import { type TraceScope, UNSAMPLED } from "./tracer";

/** A `GET` request to another service. */
export interface HttpCall {
  /** Name of the service, and of the subsegment. */
  readonly name: string;
  readonly url: URL;
  /** When the whole answer must be there, in milliseconds. */
  readonly timeoutMs: number;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A call was not answered in time. */
export class CallTimeout extends Error {
  override readonly name = "CallTimeout";

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
  }
}

// Unused sockets do not keep a process alive.
const agent = new Agent({ keepAlive: true });

/**
 * Calls another service within a subsegment, and hands it the trace to continue. Outside a trace it is a call like any
 * other, and the called decides for itself whether to trace.
 *
 * @param scope where the subsegment belongs; the current trace unless given
 * @throws CallTimeout, or what Node.js says of a connection that can't be made or breaks; never for a status
 */
export async function callHttp(call: HttpCall, scope: TraceScope | undefined = currentTrace()): Promise<HttpAnswer> {
  const { origin, pathname } = call.url;
  const subsegment = (scope ?? UNSAMPLED).begin(call.name, {
    namespace: "remote",
    http: { request: { method: "GET", url: `${origin}${pathname}`, traced: true } },
  });
  const headers = { ...call.headers, ...(scope === undefined ? {} : { [TRACE_HEADER]: subsegment.callHeader() }) };
  try {
    const answer = await send({ ...call, headers });
    subsegment.end({ http: { response: { status: answer.status, content_length: Buffer.byteLength(answer.body) } } });
    return answer;
  } catch (error) {
    subsegment.fail(error);
    subsegment.end();
    throw error;
  }
}

function send(call: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let again = false;
    const deadline = setTimeout(() => current.destroy(new CallTimeout(call.timeoutMs)), call.timeoutMs);
    const attempt = () =>
      request(call.url, { agent, headers: call.headers }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("error", fail);
        response.on("end", () => {
          clearTimeout(deadline);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      })
        .on("error", fail)
        .end();
    const fail = (error: NodeJS.ErrnoException) => {
      // The other side closed the connection just when it was used again; the request had not begun to be answered
      // (https://nodejs.org/api/http.html#requestreusedsocket).
      if (error.code === "ECONNRESET" && current.reusedSocket && !again) {
        again = true;
        current = attempt();
        return;
      }
      clearTimeout(deadline);
      reject(error);
    };
    let current = attempt();
  });
}
