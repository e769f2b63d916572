import { randomBytes } from "node:crypto";
import { currentRequest, readableError, tracing } from "@traced-fargate/tracing";
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, LogController } from "fastify";
import type { Logger } from "pino";
import { addAccessLog } from "./accessLog";
import { addMetrics, countTracingErrors, ServiceMetrics } from "./metrics";
import { readAccessLog, readMetrics } from "./settings";

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
  /** Paths whose requests the tracing plugin leaves alone, besides `/health`. @default none */
  readonly untracedPaths?: readonly string[];
}

/** The service's own name, without the workspace's scope. */
export function serviceName({ manifest }: ServiceDefinition): string {
  return manifest.name.replace(/^.*\//, "");
}

/**
 * How long a request may take to arrive, in milliseconds, and how often that is looked at. Without it a caller can hold
 * a connection open by sending a byte now and then.
 */
const REQUEST_MS = 15_000;
const REQUEST_CHECK_MS = 5_000;

/** What every line that is logged while a request is answered says of it; to be given to the logger as its `mixin`. */
export function describeRequest(): object {
  const request = currentRequest();
  return request === undefined ? {} : { requestId: request.requestId, traceId: request.trace?.traceId };
}

/**
 * Builds a service: what it answers itself, tracing, and `GET /health`, which says that it is up.
 *
 * @param environment `ACCESS_LOG=on` logs a line for every request, `METRICS_NAMESPACE` makes the service count them;
 * see also the tracing plugin
 * @param log says which request its lines belong to when it is made with {@link describeRequest}
 */
export function buildService(
  definition: ServiceDefinition,
  environment: NodeJS.ProcessEnv,
  log: Logger,
): FastifyInstance {
  const app = Fastify({
    // Requests that reach a closing server on an open connection are answered as usual: see shutdown.ts.
    return503OnClosing: false,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: REQUEST_MS, connectionsCheckingInterval: REQUEST_CHECK_MS },
    genReqId: requestIds(),
    // `request.log` without a child for every request, and without the listeners that Fastify's own logger takes for
    // each: what a child would say, the lines say themselves.
    childLoggerFactory: () => log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
  });
  app.setErrorHandler<FastifyError>((thrown, request, reply) => {
    const error = readableError(thrown);
    if ((error.statusCode ?? 500) >= 500) {
      log.error({ err: error, method: request.method, url: request.url }, "request failed");
    }
    reply.send(error);
  });
  const name = serviceName(definition);
  const metricsSettings = readMetrics(environment, name);
  const metrics = metricsSettings && new ServiceMetrics(metricsSettings, log);
  app.register(tracing, {
    service: { name, version: definition.manifest.version },
    environment,
    log: metrics === undefined ? log : countTracingErrors(metrics, log),
    // The stack's central sampling rule keeps health checks out of X-Ray, but it isn't known until the daemon has
    // fetched it, nor without a daemon; until then the local rule would give its one sure request a second to the
    // health check.
    untracedPaths: ["/health", ...(definition.untracedPaths ?? [])],
  });
  if (readAccessLog(environment)) {
    addAccessLog(app, log);
  }
  if (metrics !== undefined) {
    addMetrics(app, metrics);
  }
  app.get("/health", (_request, reply) => {
    reply.send({ status: "ok" });
  });
  definition.routes(app, environment);
  return app;
}

/** Ids which no other process gives: a random one for this process, and a number. */
function requestIds(): () => string {
  const own = randomBytes(6).toString("hex");
  let count = 0;
  return () => `${own}-${(++count).toString(36)}`;
}
