import { parseArgs } from "node:util";
import { ConnectProxy } from "./connectProxy";

/**
 * The proxy as a process: `--port` is where it listens on this machine, and each `--host <host:port>=<host:port>` a
 * host it tunnels to, with what stands for it. Ends on SIGTERM.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "3128" }, host: { type: "string", multiple: true, default: [] } },
  });
  const hosts = new Map(values.host.map((pair) => pair.split("=") as [string, string]));
  const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);
  const proxy = new ConnectProxy({ hosts, log });
  log(`Listening on ${await proxy.listen("127.0.0.1", Number(values.port))}`);
  process.on("SIGTERM", () => void proxy.close());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
