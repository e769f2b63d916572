import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { LocalServer } from "../processes/localServer";
import { AwsError, nameOf, type RawAnswer, type RawCall, refusalOf, usualError } from "./awsProtocol";

/** A call which has come in. */
export interface AwsCall {
  /** Position among the calls since they were last taken, from 0. */
  readonly index: number;
  /** Such as `CreateNatGateway`. */
  readonly action: string;
  /** Position among the calls of this action, from 1. */
  readonly nth: number;
  /** `ok`, the code of the error it was answered, or the kind of the fault which befell it. */
  outcome: string;
}

/** What befalls a call in place of its answer. */
export type Fault =
  /** An error, by default that the caller may not; the call is not carried out. */
  | { readonly kind: "error"; readonly code?: string; readonly message?: string }
  | { readonly kind: "throttle" }
  /** The connection breaks before the call is carried out. */
  | { readonly kind: "lostRequest" }
  /** The call is carried out, something may happen, then the connection breaks. */
  | { readonly kind: "lostResponse"; readonly meanwhile?: () => Promise<void> | void };

/** Carries out a call; throws an {@link AwsError} to refuse it. */
type Service = (raw: RawCall) => Promise<RawAnswer> | RawAnswer;

/** An address at which all of AWS is found: notes the calls, has faults befall them, and hands the others on. */
export class AwsGate {
  readonly calls: AwsCall[] = [];
  /** Decides over each call's fate; issue faults here, or wait, or kill somebody. */
  faults: (call: AwsCall) => Fault | undefined | Promise<Fault | undefined> = () => undefined;
  private readonly server = new LocalServer((incoming, response) => {
    this.pass(incoming, response).catch((error) => response.destroy(error));
  });

  constructor(private readonly service: Service) {}

  async listen(): Promise<this> {
    await this.server.listen();
    return this;
  }

  get url(): string {
    return this.server.url;
  }

  /** The environment in which the SDK calls this instead of AWS. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL: this.url, AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "test" };
  }

  /** The actions called so far, in their order; forgets them. */
  takeCalls(): string[] {
    return this.calls.splice(0).map(({ action }) => action);
  }

  stop(): Promise<void> {
    return this.server.close();
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "/", headers } = incoming;
    const raw = { method, path, headers, body: await text(incoming) };
    const action = nameOf(raw);
    const nth = this.calls.filter((call) => call.action === action).length + 1;
    const call: AwsCall = { index: this.calls.length, action, nth, outcome: "ok" };
    this.calls.push(call);
    const fault = await this.faults(call);
    const answer = await this.answer(raw, call, fault);
    if (fault !== undefined && answer === undefined) call.outcome = fault.kind;
    if (answer === undefined) response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  /** What is answered, if anything. */
  private async answer(raw: RawCall, call: AwsCall, fault: Fault | undefined): Promise<RawAnswer | undefined> {
    const refuse = (error: AwsError) => {
      call.outcome = error.code;
      return refusalOf(raw, error);
    };
    const carryOut = async () => {
      try {
        return await this.service(raw);
      } catch (error) {
        return refuse(error instanceof AwsError ? error : new AwsError("InternalFailure", String(error)));
      }
    };
    switch (fault?.kind) {
      case undefined:
        return carryOut();
      case "error":
      case "throttle": {
        const { code, message = "refused by the test" } = fault.kind === "error" ? fault : {};
        return refuse(code === undefined ? usualError(raw, fault.kind) : new AwsError(code, message));
      }
      case "lostRequest":
        return undefined;
      case "lostResponse":
        await carryOut();
        await fault.meanwhile?.();
        return undefined;
    }
  }
}

/** Faults of the first call of this action; all other calls go well. */
export function failing(action: string, fault: Fault | undefined): AwsGate["faults"] {
  let done = false;
  return (call) => {
    if (done || call.action !== action) return undefined;
    done = true;
    return fault;
  };
}

/** Has another address carry the calls out. */
export function forwardTo(endpoint: string): (raw: RawCall) => Promise<RawAnswer> {
  return async ({ method, path, headers, body }) => {
    const { host, connection, "content-length": _, ...others } = headers;
    const answer = await fetch(endpoint + path, {
      method,
      headers: Object.entries(others).map(([name, value]): [string, string] => [name, String(value)]),
      ...(body === "" ? {} : { body }),
    });
    const [type, errorType] = ["content-type", "x-amzn-errortype"].map((name) => answer.headers.get(name));
    return {
      status: answer.status,
      headers: { "content-type": type ?? "", ...(errorType ? { "x-amzn-errortype": errorType } : {}) },
      body: await answer.text(),
    };
  };
}
