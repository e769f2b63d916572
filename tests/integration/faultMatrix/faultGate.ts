import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { nameOf, type RawAnswer, type RawCall, refusalOf, usualError } from "../../aws/awsProtocol";

/** What befalls a call: `sigkillAfter` is carried out, but the process which made it dies before it learns of that. */
export const faultKinds = [
  "error",
  "throttle",
  "lostRequest",
  "lostResponse",
  "sigkillBefore",
  "sigkillAfter",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * A call among all those of one command: the name, and the how-manieth of that name, from 1, such as `CreateRoute 2`.
 */
export type CallName = string;

/** The one fault of a scenario. */
export interface Fault {
  readonly call: CallName;
  readonly kind: FaultKind;
}

/** Who answers the calls that pass. */
export interface Services {
  answer(call: RawCall): Promise<RawAnswer>;
}

/**
 * The address at which the host finds all of AWS. Hands calls on to the services of the scenario in hand, notes their
 * names, and has the planned fault befall one of them.
 */
export class FaultGate {
  /** Names of the calls since the last command began, in their order. */
  calls: CallName[] = [];
  /** Whether the fault of the command befell its call. */
  struck = false;
  private fault: Fault | undefined;
  private services: Services | undefined;
  private kill: () => Promise<void> = async () => {};

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FaultGate> {
    const server = createServer({ keepAlive: true });
    const gate = new FaultGate(server);
    server.on("request", (request, response) => {
      gate.pass(request, response).catch(() => response.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** To be called before each command. `kill` ends the process that makes the calls. */
  command(services: Services, kill: () => Promise<void>, fault?: Fault): void {
    Object.assign(this, { services, kill, fault, calls: [], struck: false });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { services, fault, kill } = this;
    const { method = "", url = "/", headers } = incoming;
    const call: RawCall = { method, path: url, headers, body: await text(incoming) };
    const name = this.note(nameOf(call));
    const kind = fault?.call === name ? fault.kind : undefined;
    // What a dead process had sent along with the call that killed it, such as the other looks of a survey, is lost.
    const dead = this.struck && fault?.kind.startsWith("sigkill");
    if (services === undefined || dead) {
      response.destroy();
      return;
    }
    if (kind === undefined) {
      send(response, await services.answer(call));
      return;
    }
    this.struck = true;
    if (kind === "error" || kind === "throttle") {
      send(response, refusalOf(call, usualError(call, kind)));
      return;
    }
    if (kind === "lostResponse" || kind === "sigkillAfter") {
      await services.answer(call);
    }
    if (kind === "sigkillBefore" || kind === "sigkillAfter") {
      await kill();
    }
    response.destroy();
  }

  private note(action: string): CallName {
    const before = this.calls.filter((name) => name.startsWith(`${action} `)).length;
    const name = `${action} ${before + 1}`;
    this.calls.push(name);
    return name;
  }
}

function send(response: ServerResponse, { status, headers, body }: RawAnswer): void {
  response.writeHead(status, headers).end(body);
}
