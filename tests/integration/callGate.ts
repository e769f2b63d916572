import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One call. */
export interface GateCall {
  /** Such as `CreateNatGateway`, or `GET /schedules/name` of an API without actions. */
  readonly action: string;
}

/**
 * What becomes of a call: `lost` breaks the connection, `refused` answers with an error of AWS instead of handing it
 * on.
 */
export type Fate = "passed" | "lost" | "refused";

const refusal =
  "<Response><Errors><Error><Code>NatGatewayLimitExceeded</Code><Message>The maximum has been reached.</Message>" +
  "</Error></Errors><RequestID>0</RequestID></Response>";

/** Called before a call is handed on, and after it was carried out but before its answer is. */
export interface Watch {
  before?(call: GateCall): Promise<Fate> | Fate;
  after?(call: GateCall): Promise<Exclude<Fate, "refused">> | Exclude<Fate, "refused">;
}

/** An endpoint which hands AWS's calls on to another, notes them, and lets a test step in between. */
export class CallGate {
  private calls: string[] = [];
  /** To be set by the test. */
  watch: Watch = {};

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async start(target: string): Promise<CallGate> {
    const server = createServer((incoming, answer) => {
      gate.pass(incoming, answer).catch(() => answer.destroy());
    });
    const gate = new CallGate(server, target);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The actions called since last asked. */
  takeCalls(): string[] {
    const taken = this.calls;
    this.calls = [];
    return taken;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private async pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bytes(incoming);
    const action = new URLSearchParams(body.toString()).get("Action") ?? `${incoming.method} ${incoming.url}`;
    this.calls.push(action);
    const fate = await this.watch.before?.({ action });
    if (fate === "lost") {
      answer.destroy();
      return;
    }
    if (fate === "refused") {
      answer.writeHead(400, { "content-type": "text/xml" }).end(refusal);
      return;
    }
    const outgoing = request(this.target + (incoming.url ?? "/"), {
      method: incoming.method,
      headers: incoming.headers,
    }).end(body);
    const [received] = (await once(outgoing, "response")) as [IncomingMessage];
    const content = await bytes(received);
    if ((await this.watch.after?.({ action })) === "lost") {
      answer.destroy();
      return;
    }
    answer.writeHead(received.statusCode ?? 500, received.headers).end(content);
  }
}

async function bytes(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
