import { tracing } from "@traced-fargate/tracing";
import Fastify, { type FastifyError, type FastifyInstance } from "fastify";
import type { Logger } from "pino";

/** What sets one service apart from the others. */
export interface ServiceDefinition {
  /** Its `package.json`. */
  readonly manifest: { readonly name: string; readonly version: string };
  /**
   * Adds what it answers, besides `GET /health`.
   *
   * @throws EnvironmentError for a value that can't be used
   */
  readonly routes: (app: FastifyInstance, environment: NodeJS.ProcessEnv) => void;
  /** Path it asks itself to warm up, one whose answer has no effects. @default "/health" */
  readonly warmUpPath?: string;
  /** Paths whose requests the tracing plugin leaves alone, besides `/health`. @default none */
  readonly untracedPaths?: readonly string[];
  /**
   * Whether it calls others, so that `currentTrace()` must find the request's trace; see the tracing plugin. @default
   * false
   */
  readonly calls?: boolean;
}

/** The service's own name, without the workspace's scope. */
export function serviceName({ manifest }: ServiceDefinition): string {
  return manifest.name.replace(/^.*\//, "");
}

/** Builds a service: what it answers itself, tracing, and `GET /health`, which says that it is up. */
export function buildService(
  definition: ServiceDefinition,
  environment: NodeJS.ProcessEnv,
  log: Logger,
): FastifyInstance {
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
    service: { name: serviceName(definition), version: definition.manifest.version },
    environment,
    log,
    context: definition.calls,
    // The stack's central sampling rule keeps health checks out of X-Ray, but it isn't known until the daemon has
    // fetched it, nor without a daemon; until then the local rule would give its one sure request a second to the
    // health check.
    untracedPaths: ["/health", ...(definition.untracedPaths ?? [])],
  });
  app.get("/health", (_request, reply) => {
    reply.send({ status: "ok" });
  });
  definition.routes(app, environment);
  return app;
}
