import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";

/** How long the steps of a shutdown may take, in milliseconds. */
export interface ShutdownTimes {
  /** How long connections stay open for callers to learn that they should leave. @default 500 */
  readonly drainMs?: number;
  /**
   * When what is still open is cut off; ECS kills the container 30 s after SIGTERM unless told otherwise. @default
   * 25000
   */
  readonly deadlineMs?: number;
}

/**
 * Prepares a service, before it is ready, for a shutdown that breaks no request: while it drains, every answer says
 * `Connection: close`, so callers with kept-alive connections leave of their own accord; only then does the port close.
 * Closing at once would cut a connection on which the next request is already on its way.
 *
 * @returns the function that shuts the service down; it resolves to whether everything ended in time
 */
export function gracefulShutdown(app: FastifyInstance, times: ShutdownTimes = {}): () => Promise<boolean> {
  const { drainMs = 500, deadlineMs = 25_000 } = times;
  let draining = false;
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (draining) {
      reply.header("connection", "close");
    }
    done();
  });
  return async () => {
    draining = true;
    let inTime = true;
    const deadline = setTimeout(() => {
      inTime = false;
      app.server.closeAllConnections();
    }, deadlineMs);
    await delay(drainMs);
    await app.close();
    clearTimeout(deadline);
    return inTime;
  };
}
