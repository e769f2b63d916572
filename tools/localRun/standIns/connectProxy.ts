import { createServer, type Server as HttpServer } from "node:http";
import { connect, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { parseArgs } from "node:util";
import { RequestError, Server } from "proxy-chain";

/**
 * An HTTP proxy as companies have them at the edge of their networks: it tunnels to hosts on its list
 * (https://www.rfc-editor.org/rfc/rfc9110#name-connect) and refuses everything else.
 *
 * @param hosts what stands for the hosts on the list: from `host:port`, as clients ask for it, to `host:port` on this
 * machine
 * @param log takes a line for each request
 */
export async function startConnectProxy(
  port: number,
  hosts: ReadonlyMap<string, string>,
  log: (line: string) => void,
): Promise<Server> {
  const proxy = new Server({
    host: "127.0.0.1",
    port,
    prepareRequestFunction: ({ request, hostname, port: wanted, isHttp }) => {
      const here = isHttp ? undefined : hosts.get(`${hostname}:${wanted}`);
      log(`${request.method} ${request.url} ${here === undefined ? 403 : 200}`);
      if (here === undefined) throw new RequestError("This proxy tunnels to the hosts on its list only.", 403);
      return { customConnectServer: forwardTo(here) };
    },
  });
  await proxy.listen();
  return proxy;
}

/** The library hands each tunnel to an HTTP server; this one passes it on as it is. */
function forwardTo(address: string): HttpServer {
  const { hostname, port } = new URL(`tcp://${address}`);
  return createServer()
    .removeAllListeners("connection")
    .on("connection", (tunnel: Socket) => {
      // A side that goes away takes the other along, and nobody else.
      pipeline(tunnel, connect(Number(port), hostname), tunnel, () => undefined);
    });
}

/**
 * The proxy as a process: `--port` is where it listens on this machine, and each `--host <host:port>=<host:port>` a
 * host it tunnels to, with what stands for it. Ends on SIGTERM.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "3128" }, host: { type: "string", multiple: true, default: [] } },
  });
  const hosts = new Map(values.host.map((pair) => pair.split("=") as [string, string]));
  const proxy = await startConnectProxy(Number(values.port), hosts, (line) => console.log(line));
  process.on("SIGTERM", () => void proxy.close(true));
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
