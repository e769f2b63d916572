import { tracing } from "@traced-fargate/tracing";
import Fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import { ErrorsOnly } from "./errorsOnly";
import { name, version } from "./package.json";

/** The service's own name, without the workspace's scope. */
export const SERVICE_NAME = name.replace(/^.*\//, "");

const GREETING = "Hello X-Ray!";

/**
 * The hello service: `GET /` answers the greeting, `GET /health` says that the service is up.
 *
 * @param logger Fastify's logger option: structured lines on standard output by default
 */
export function buildService(
  environment: NodeJS.ProcessEnv = process.env,
  logger: FastifyServerOptions["logger"] = true,
): FastifyInstance {
  // Requests that reach a closing server on an open connection are answered as usual, not with 503: see shutdown.ts.
  const app = Fastify({ logger, logController: new ErrorsOnly(), return503OnClosing: false });
  app.register(tracing, {
    service: { name: SERVICE_NAME, version },
    environment,
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
