import type { FastifyPluginAsync, FastifyReply } from "fastify";
import fp from "fastify-plugin";
import { type RequestContext, runInRequest } from "./context";
import { TRACE_HEADER } from "./traceHeader";
import { pathOf, type RequestOutcome, type RequestTrace, type Tracer } from "./tracer";
import { createTracer } from "./tracers";
import type { WarningLog } from "./warnings";

declare module "fastify" {
  interface FastifyRequest {
    /** The request's trace, when it is sampled. */
    trace: RequestTrace | null;
    /** What `currentRequest()` finds while the request is answered. */
    context: RequestContext | null;
  }
  interface FastifyInstance {
    /** For segments made by hand; absent when `TRACING` is `none`. */
    tracer?: Tracer;
  }
}

/** What a service tells the tracing plugin. */
export interface TracingOptions {
  /**
   * The service: its version appears on every segment, its name is the name in X-Ray unless `AWS_XRAY_TRACING_NAME`
   * gives another.
   */
  readonly service: { readonly name: string; readonly version: string };
  /**
   * Paths that are never traced.
   * @default none
   */
  readonly untracedPaths?: readonly string[];
  /** Where the plugin says that something about tracing doesn't work; at most one line a minute of each problem. */
  readonly log: WarningLog;
  /**
   * Environment that holds `TRACING` and the tracer's own variables.
   * @default process.env
   */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Fastify plugin that traces every incoming request with the tracer that `TRACING` names, from the moment the service
 * listens, and lets `currentRequest()` and `currentTrace()` find it.
 *
 * @throws EnvironmentError (from `ready` or `listen`) when the environment holds a value that can't be used
 */
const plugin: FastifyPluginAsync<TracingOptions> = async (app, options) => {
  app.decorateRequest("trace", null);
  app.decorateRequest("context", null);
  const tracer = await createTracer(options.environment ?? process.env, options.service, options.log);
  const untraced = new Set(options.untracedPaths);
  let listening = false;
  app.addHook("onListen", async () => {
    tracer?.start();
    listening = true;
  });
  app.addHook("onRequest", (request, reply, done) => {
    const traced = listening && tracer !== undefined && !untraced.has(pathOf(request.raw.url));
    const trace = traced ? tracer.begin(request.raw) : undefined;
    if (trace?.responseHeader !== undefined) {
      reply.header(TRACE_HEADER, trace.responseHeader);
    }
    if (trace?.sampled) {
      request.trace = trace;
      // "close" follows a complete response as well as a caller that hung up; Fastify's onResponse doesn't see the
      // latter.
      reply.raw.on("close", () => trace.end(outcomeOf(reply)));
    }
    request.context = { requestId: request.id, trace };
    runInRequest(request.context, done);
  });
  app.addHook("onError", (request, _reply, error, done) => {
    request.trace?.fail(error);
    done();
  });
  if (tracer !== undefined) {
    app.decorate("tracer", tracer);
    app.addHook("onClose", () => tracer.flush());
  }
};

export const tracing = fp(plugin, { name: "tracing", fastify: "5.x" });

function outcomeOf(reply: FastifyReply): RequestOutcome {
  // Fastify writes its headers without Node.js keeping them, so only the reply knows the length.
  const length = Number(reply.getHeader("content-length") ?? Number.NaN);
  return {
    status: reply.raw.headersSent ? reply.raw.statusCode : undefined,
    contentLength: Number.isInteger(length) ? length : undefined,
    complete: reply.raw.writableFinished,
  };
}
