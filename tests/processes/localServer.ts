import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An HTTP server at an address of this machine, on a port that is free. One that nobody closes, because the start of
 * something else has failed, does not keep the process from ending.
 */
export class LocalServer {
  private readonly server: Server;

  constructor(listener?: RequestListener) {
    this.server = createServer(listener);
  }

  async listen(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.server.unref();
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Closes it with all its connections: one that is kept for further requests would keep the server. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
