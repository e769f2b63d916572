import { once } from "node:events";
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Lets the service answer `requests` requests before it listens, so that V8 has compiled the code that answers them by
 * the time the first real one comes: a cold process is several times slower over its first hundred requests. They come
 * over a loopback port of its own, through the same HTTP stack, and are not traced, because tracing starts with
 * listening.
 *
 * @returns the number of requests that were answered with success
 */
export async function warmUp(app: FastifyInstance, requests: number, path: string): Promise<number> {
  await app.ready();
  const server = createServer((request, response) => app.routing(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = server.address() as AddressInfo;
  let succeeded = 0;
  for (let sent = 0; sent < requests; sent++) {
    const [response] = await once(get({ host: "127.0.0.1", port, agent, path }), "response");
    await once(response.resume(), "end");
    succeeded += response.statusCode === 200 ? 1 : 0;
  }
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
  return succeeded;
}
