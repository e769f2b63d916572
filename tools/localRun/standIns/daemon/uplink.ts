import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import type { Socket } from "node:net";
import type { SamplingRule } from "../../checks/samplingRules";
import type { DaemonEvent } from "./daemon";
import { type ApiAnswer, SamplingApi } from "./samplingApi";
import type { SegmentDocument } from "./segmentDocument";

/** How a daemon reaches X-Ray. */
export interface Uplink {
  /** Sends a batch of segments; resolves to what became of it. */
  send(documents: readonly SegmentDocument[]): Promise<DaemonEvent>;
  /** Asks the sampling API. */
  ask(method: string, path: string, body: string): Promise<ApiAnswer>;
}

/** X-Ray within the daemon itself: nothing leaves the process. */
export class DirectUplink implements Uplink {
  private readonly api: SamplingApi;

  /** @param rules the account's sampling rules, the default one among them */
  constructor(rules: readonly SamplingRule[]) {
    this.api = new SamplingApi(rules, Math.floor(Date.now() / 1000));
  }

  async send(documents: readonly SegmentDocument[]): Promise<DaemonEvent> {
    return { kind: "delivered", documents };
  }

  async ask(method: string, path: string, body: string): Promise<ApiAnswer> {
    return this.api.answer(method, path, body, Math.floor(Date.now() / 1000));
  }
}

/** Longest time for the proxy and for X-Ray to answer, in milliseconds. */
const timeoutMs = 5000;
/** The daemon tries a batch twice and then drops it. */
const attempts = 2;

/** X-Ray through an HTTP proxy: a tunnel for every call, without TLS in it. */
export class ProxyUplink implements Uplink {
  private readonly proxy: URL;

  /**
   * @param proxyUrl such as `http://127.0.0.1:3128`
   * @param region whose X-Ray is called
   */
  constructor(
    proxyUrl: string,
    private readonly region: string,
  ) {
    this.proxy = new URL(proxyUrl);
  }

  async send(documents: readonly SegmentDocument[]): Promise<DaemonEvent> {
    const body = JSON.stringify({ TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) });
    let reason = "";
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        const { status } = await this.call("POST", "/TraceSegments", body);
        if (status === 200) return { kind: "sent", count: documents.length };
        reason = `X-Ray answered ${status}`;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
    return { kind: "lost", count: documents.length, reason };
  }

  async ask(method: string, path: string, body: string): Promise<ApiAnswer> {
    try {
      return await this.call(method, path, body);
    } catch (error) {
      return { status: 502, body: { message: error instanceof Error ? error.message : String(error) } };
    }
  }

  private async call(method: string, path: string, body: string): Promise<ApiAnswer> {
    const socket = await this.tunnel();
    try {
      const headers = {
        host: this.host,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      };
      const { answer } = await exchange({ method, path, headers, createConnection: () => socket }, body);
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      return { status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
    } finally {
      socket.destroy();
    }
  }

  private get host(): string {
    return `xray.${this.region}.amazonaws.com`;
  }

  private async tunnel(): Promise<Socket> {
    const { hostname: host, port } = this.proxy;
    const target = `${this.host}:443`;
    const { answer, socket } = await exchange({
      host,
      port,
      method: "CONNECT",
      path: target,
      headers: { host: target },
    });
    if (socket !== undefined && answer.statusCode === 200) return socket;
    socket?.destroy();
    throw new Error(`the proxy answered ${answer.statusCode} to CONNECT ${target}`);
  }
}

/** Sends one request; resolves to its answer, and to the connection that became of a CONNECT. */
function exchange(options: RequestOptions, body?: string): Promise<{ answer: IncomingMessage; socket?: Socket }> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request({ ...options, timeout: timeoutMs });
    sent.on("response", (answer) => resolve({ answer }));
    sent.on("connect", (answer, socket) => resolve({ answer, socket: socket as Socket }));
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}
