import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

/** An answer whose body is sent as JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A key and its certificate, both in PEM. */
export interface Tls {
  readonly key: string;
  readonly cert: string;
}

/** An HTTP server of this machine which answers with JSON. */
export class JsonServer {
  private readonly server: Server;

  /**
   * @param answer told the operation, such as `POST /TraceSegments`, and the request's body and headers
   * @param options.tls @default HTTP without TLS
   */
  constructor(
    answer: (operation: string, body: string, headers: IncomingMessage["headers"]) => ApiAnswer | Promise<ApiAnswer>,
    { contentType = "application/json", tls }: { readonly contentType?: string; readonly tls?: Tls } = {},
  ) {
    const listener: RequestListener = async (request, response) => {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      const { status, body } = await answer(`${request.method} ${request.url}`, text, request.headers);
      response.writeHead(status, { "content-type": contentType, "x-amzn-requestid": randomUUID() });
      response.end(JSON.stringify(body));
    };
    this.server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  }

  /**
   * @param port @default any free one
   * @returns the port it listens on
   */
  async listen(port = 0, host = "127.0.0.1"): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, "listening");
    return (this.server.address() as AddressInfo).port;
  }

  /** Closes it with all its connections. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
