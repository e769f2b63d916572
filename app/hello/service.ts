import { tracing } from "@traced-fargate/tracing";
import Fastify, { type FastifyError, type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { name, version } from "./package.json";

/** The service's own name, without the workspace's scope. */
export const SERVICE_NAME = name.replace(/^.*\//, "");

const GREETING = "Hello X-Ray!";

/** The hello service: `GET /` answers the greeting, `GET /health` says that the service is up. */
export function buildService(environment: NodeJS.ProcessEnv, log: Logger): FastifyInstance {
  // Requests that reach a closing server on an open connection are answered as usual, not with 503: see shutdown.ts.
  // Fastify gets no logger, because with one it makes a child logger and two listeners for every request, and at the
  // default level not a line comes of it.
  const app = Fastify({ return503OnClosing: false });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if ((error.statusCode ?? 500) >= 500) {
      log.error(
        { err: error, method: request.method, url: request.url, traceId: request.trace?.traceId },
        "request failed",
      );
    }
    reply.send(error);
  });
  app.register(tracing, {
    service: { name: SERVICE_NAME, version },
    environment,
    log,
    // The stack's central sampling rule keeps health checks out of X-Ray, but it isn't known until the daemon has fetched it, nor
    // without a daemon; until then the local rule would give its one sure request a second to the health check.
    untracedPaths: ["/health"],
  });
  app.get("/", (_request, reply) => {
    reply.type("text/plain; charset=utf-8").send(GREETING);
  });
  app.get("/health", (_request, reply) => {
    reply.send({ status: "ok" });
  });
  return app;
}
