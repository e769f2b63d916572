import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { currentTrace } from "./context";
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

/** Characters which X-Ray takes of an address, by its schema. */
const URL_LENGTH = 250;

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
    http: { request: { method: "GET", url: `${origin}${pathname}`.slice(0, URL_LENGTH), traced: true } },
  });
  const headers = { ...call.headers, ...(scope === undefined ? {} : subsegment.callHeaders()) };
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

/** How often a call is made anew that reached nobody, and the pause before, in milliseconds. */
const NEW_LOOK_UPS = 2;
const LOOK_UP_PAUSE_MS = 150;
/** Nothing was sent: a name may lead to another address by now, as it does when a task was replaced. */
const REACHED_NOBODY = ["ECONNREFUSED", "EHOSTUNREACH"];

function send(call: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let again = false;
    let lookUps = 0;
    let answered = false;
    let pause: NodeJS.Timeout | undefined;
    const deadline = setTimeout(() => {
      clearTimeout(pause);
      // Between two attempts there is nothing to destroy any more, and so no error that would end the call.
      fail(new CallTimeout(call.timeoutMs));
      current.destroy();
    }, call.timeoutMs);
    const attempt = () =>
      request(call.url, { agent, headers: call.headers }, (response) => {
        answered = true;
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
      // The other side closed the connection just when it was used again; unless an answer has begun, the request has
      // not been read (https://nodejs.org/api/http.html#requestreusedsocket).
      if (error.code === "ECONNRESET" && current.reusedSocket && !again && !answered) {
        again = true;
        current = attempt();
        return;
      }
      if (REACHED_NOBODY.includes(error.code ?? "") && lookUps < NEW_LOOK_UPS) {
        lookUps++;
        pause = setTimeout(() => {
          current = attempt();
        }, LOOK_UP_PAUSE_MS);
        return;
      }
      clearTimeout(deadline);
      reject(error);
    };
    let current = attempt();
  });
}
