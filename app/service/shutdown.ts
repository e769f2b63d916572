import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";

/** How long the steps of a shutdown may take, in milliseconds. */
export interface ShutdownTimes {
  /** How long the service goes on serving, for callers to learn that they should leave. */
  readonly drainMs: number;
  /**
   * When what is still open is cut off; ECS kills the container 30 s after SIGTERM unless told otherwise. @default
   * 25000
   */
  readonly deadlineMs?: number;
}

/** How long after the drain a request may take to arrive whose first bytes came before, in milliseconds. */
const HEAD_MS = 500;
const LOOK_MS = 50;

/**
 * Prepares a service, before it is ready, for a shutdown that breaks no request: while it drains, every answer says
 * `Connection: close`, so callers with kept-alive connections leave of their own accord; only then does the port close.
 * Closing at once would cut a connection on which the next request is already on its way. What is being answered then
 * keeps its time, up to the deadline.
 *
 * @returns the function that shuts the service down; it resolves to whether everything ended in time
 */
export function prepareShutdown(app: FastifyInstance, times: ShutdownTimes): () => Promise<boolean> {
  const { drainMs, deadlineMs = 25_000 } = times;
  const connections = new Connections(app.server);
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
    // Before it listens it has no callers.
    await delay(app.server.listening ? drainMs : 0);
    const drained = Date.now();
    const look = setInterval(() => connections.closeUnused(Date.now() - drained >= HEAD_MS), LOOK_MS);
    connections.closeUnused(false);
    await app.close();
    clearInterval(look);
    clearTimeout(deadline);
    return inTime;
  };
}

/**
 * The server's connections. Node.js closes those that wait for another request, but takes one that never sent any for
 * one that is sending its first (https://nodejs.org/api/http.html#servercloseidleconnections).
 */
class Connections {
  private readonly sockets = new Set<Socket>();
  private readonly answering = new Set<ServerResponse>();

  constructor(private readonly server: FastifyInstance["server"]) {
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    server.prependListener("request", (_request, response: ServerResponse) => {
      this.answering.add(response);
      response.once("close", () => this.answering.delete(response));
    });
  }

  /** Closes what is not being answered; what has sent a part of a request only with `partial`. */
  closeUnused(partial: boolean): void {
    this.server.closeIdleConnections();
    const used = new Set([...this.answering].map(({ req }) => req.socket));
    for (const socket of this.sockets) {
      if (!used.has(socket) && (partial || socket.bytesRead === 0)) {
        socket.destroy();
      }
    }
  }
}
