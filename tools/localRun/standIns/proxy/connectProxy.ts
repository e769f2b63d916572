import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface ConnectProxyArgs {
  /**
   * What stands for the hosts that may be reached: from `host:port`, as clients ask for it, to `host:port` on this
   * machine.
   */
  readonly hosts: ReadonlyMap<string, string>;
  /** Takes a line of the log for each request. */
  readonly log: (line: string) => void;
}

/**
 * An HTTP proxy as companies have them at the edge of their networks: it tunnels to hosts on its list
 * (https://www.rfc-editor.org/rfc/rfc9110#name-connect) and refuses everything else.
 */
export class ConnectProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor({ hosts, log }: ConnectProxyArgs) {
    this.server = createServer((request, response) => {
      log(`${request.method} ${request.url} 403`);
      response.writeHead(403).end("This proxy only knows CONNECT.\n");
    });
    this.server.on("connection", (socket: Socket) => this.keep(socket));
    this.server.on("connect", ({ url = "" }, client: Socket, head: Buffer) => {
      // A client that goes away while it waits is no concern of the others.
      client.on("error", () => client.destroy());
      const target = hosts.get(url);
      const refuse = (status: string): void => {
        log(`CONNECT ${url} ${status.slice(0, 3)}`);
        client.end(`HTTP/1.1 ${status}\r\n\r\n`);
      };
      if (target === undefined) return refuse("403 Forbidden");
      const [, host, port] = /^(.*):(\d+)$/.exec(target) ?? [];
      const upstream = connect(Number(port), host);
      this.keep(upstream);
      upstream.once("connect", () => {
        log(`CONNECT ${url} 200`);
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.write(head);
        client.pipe(upstream).pipe(client);
      });
      upstream.on("error", () => (client.bytesWritten === 0 ? refuse("502 Bad Gateway") : client.destroy()));
      client.on("close", () => upstream.destroy());
    });
  }

  /** @returns the port it listens on */
  async listen(host: string, port: number): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, "listening");
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends every tunnel and stops listening. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((closed) => this.server.close(closed));
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
  }
}
