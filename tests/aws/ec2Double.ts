import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { LocalServer } from "../processes/localServer";
import { Ec2Account, type Ec2Inventory, type Ec2Times } from "./ec2DoubleAccount";
import { gatewayActions } from "./ec2DoubleGateways";
import { Ec2Error, Ec2Request, xml } from "./ec2DoubleRequest";
import { routeActions } from "./ec2DoubleRoutes";
import { type SchedulerCall, schedulerAnswer, schedulerCall } from "./schedulerDouble";

/** A call the double received. */
export interface Ec2Call {
  /** Position among the calls since they were last taken, from 0. */
  readonly index: number;
  readonly action: string;
  /** Seconds of the account's clock. */
  readonly at: number;
}

/** What happens to a call instead of an answer. */
export type Fault =
  | { readonly kind: "error"; readonly code: string; readonly message?: string }
  | { readonly kind: "throttle" }
  /** The connection breaks before the call is carried out. */
  | { readonly kind: "lostRequest" }
  /** The call is carried out, then the connection breaks. */
  | { readonly kind: "lostResponse" }
  /** The call is carried out, but nothing more is ever heard. */
  | { readonly kind: "silence" };

export interface Ec2DoubleOptions {
  /** What there is at the beginning; the double works on a copy. */
  readonly seed: Ec2Inventory;
  readonly times?: Partial<Ec2Times>;
  /**
   * Seconds of the account's clock that pass at each call, so that the same calls find the same states on any machine.
   * @default 50
   */
  readonly secondsPerCall?: number;
  /** Seconds of the account's clock that pass in one real second. @default 0 */
  readonly speed?: number;
}

const usualTimes: Ec2Times = {
  natGatewayCreation: 100,
  natGatewayDeletion: 50,
  natGatewayAfterlife: 3600,
  attachment: 0,
  lateness: 0,
  visibility: 0,
  disassociation: 0,
};

const requestId = "11111111-2222-3333-4444-555555555555";

/** What goes back over the wire. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

/** EC2's answers, in XML. */
const queryAnswers = {
  carryOut(account: Ec2Account, body: string): Answer {
    const request = new Ec2Request(body);
    const act = { ...gatewayActions, ...routeActions }[request.action];
    if (act === undefined) {
      throw new Ec2Error("InvalidAction", `The action ${request.action} is not valid for this web service.`);
    }
    const name = `${request.action}Response`;
    const shown = request.action.startsWith("Describe") ? account.asShown() : account;
    const content = xml({ requestId, ...act(shown, request) });
    return this.answer(200, `<${name} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${content}</${name}>`);
  },
  refuse({ code, message, status }: Ec2Error): Answer {
    const errors = { Error: { Code: code, Message: message } };
    return this.answer(status, xml({ Response: { Errors: errors, RequestID: requestId } }));
  },
  throttled: new Ec2Error("RequestLimitExceeded", "Request limit exceeded.", 503),
  answer(status: number, content: string): Answer {
    const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
    return { status, headers: { "content-type": "text/xml;charset=UTF-8" }, content: `${declaration}\n${content}` };
  },
};

/** EventBridge Scheduler's answers, in JSON. */
const restAnswers = {
  carryOut(account: Ec2Account, call: SchedulerCall): Answer {
    const content = JSON.stringify(schedulerAnswer(account, call));
    return { status: 200, headers: { "content-type": "application/json" }, content };
  },
  refuse({ code, message, status }: Ec2Error): Answer {
    const headers = { "content-type": "application/json", "x-amzn-errortype": code };
    return { status, headers, content: JSON.stringify({ Message: message }) };
  },
  throttled: new Ec2Error("ThrottlingException", "Rate exceeded", 429),
};

/**
 * A stand-in for EC2 and EventBridge Scheduler at an address of this machine, strict about what AWS is strict about:
 * states, order, tokens, filters and parameters. The SDK finds it by `AWS_ENDPOINT_URL`.
 */
export class Ec2Double {
  readonly account: Ec2Account;
  readonly calls: (Ec2Call & { outcome: string })[] = [];
  /** Decides over each call's fate; issue faults here, or wait, or kill somebody. */
  faults: (call: Ec2Call) => Fault | undefined | Promise<Fault | undefined> = () => undefined;

  private skipped = 0;
  private readonly secondsPerCall: number;
  private readonly server = new LocalServer((request, response) => {
    this.answer(request, response).catch((error) => response.destroy(error));
  });

  private constructor(options: Ec2DoubleOptions) {
    const started = performance.now();
    const { speed = 0, secondsPerCall = 50 } = options;
    const now = () => ((performance.now() - started) / 1000) * speed + this.skipped;
    this.secondsPerCall = secondsPerCall;
    this.account = new Ec2Account(structuredClone(options.seed), { ...usualTimes, ...options.times }, now);
  }

  static async start(options: Ec2DoubleOptions): Promise<Ec2Double> {
    const double = new Ec2Double(options);
    await double.server.listen();
    return double;
  }

  /** The environment in which the SDK calls this instead of AWS. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL: this.server.url, AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "test" };
  }

  /** Puts the account's clock forward, by seconds. */
  pass(seconds: number): void {
    this.account.advance();
    this.skipped += seconds;
    this.account.advance();
  }

  inventory(): Ec2Inventory {
    return this.account.inventory();
  }

  /** The calls received so far, by name, in their order; forgets them. */
  takeCalls(): string[] {
    return this.calls.splice(0).map(({ action }) => action);
  }

  stop(): Promise<void> {
    return this.server.close();
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    this.pass(this.secondsPerCall);
    const scheduling = schedulerCall(incoming.method ?? "", incoming.url ?? "", body);
    const action = scheduling?.action ?? new URLSearchParams(body).get("Action") ?? "";
    const call = { index: this.calls.length, action, at: this.account.now(), outcome: "ok" };
    this.calls.push(call);
    const fault = await this.faults(call);
    if (fault?.kind === "lostRequest") {
      call.outcome = fault.kind;
      response.destroy();
      return;
    }
    const { status, headers, content } = this.carryOut(body, scheduling, call, fault);
    if (fault?.kind === "lostResponse" || fault?.kind === "silence") {
      call.outcome = fault.kind;
      if (fault.kind === "lostResponse") {
        response.destroy();
      }
      return;
    }
    response.writeHead(status, headers);
    response.end(content);
  }

  private carryOut(
    body: string,
    scheduling: SchedulerCall | undefined,
    call: { outcome: string },
    fault: Fault | undefined,
  ): Answer {
    const service = scheduling === undefined ? queryAnswers : restAnswers;
    try {
      if (fault?.kind === "throttle") {
        throw service.throttled;
      }
      if (fault?.kind === "error") {
        throw new Ec2Error(fault.code, fault.message ?? "refused by the test");
      }
      this.account.advance();
      this.account.remember();
      return scheduling === undefined
        ? queryAnswers.carryOut(this.account, body)
        : restAnswers.carryOut(this.account, scheduling);
    } catch (error) {
      const refusal = error instanceof Ec2Error ? error : new Ec2Error("InternalError", `${error}`, 500);
      call.outcome = refusal.code;
      return service.refuse(refusal);
    }
  }
}

/** Faults of the first call of this name; all other calls go well. */
export function failing(action: string, fault: Fault | undefined): Ec2Double["faults"] {
  let done = false;
  return (call) => {
    if (done || call.action !== action) {
      return undefined;
    }
    done = true;
    return fault;
  };
}
