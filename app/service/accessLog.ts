import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";

/** Logs a line for every request when its answer has gone, or its caller. */
export function addAccessLog(app: FastifyInstance, log: Logger): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { method, url } = request;
    // Fastify measures it only for a logger or hook of its own.
    const start = performance.now();
    // The query may hold secrets.
    const [path] = url.split("?", 1);
    // The connection closes outside of the request's context.
    reply.raw.once("close", () => {
      const { statusCode, writableFinished: complete, headersSent } = reply.raw;
      const { requestId, trace } = request.context ?? {};
      const ms = Math.round((performance.now() - start) * 10) / 10;
      const status = headersSent ? statusCode : undefined;
      log.info({ requestId, traceId: trace?.traceId, method, path, status, complete, ms }, "request");
    });
    done();
  });
}
