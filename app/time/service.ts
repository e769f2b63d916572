import { formatTime, LastAccess, readTimeZone } from "@traced-fargate/clock";
import type { ServiceDefinition } from "@traced-fargate/service";
import { parseTraceHeader, TRACE_HEADER, UNSAMPLED } from "@traced-fargate/tracing";
import manifest from "./package.json";

/**
 * The service time: `GET /` answers the current time, and notes in a table that it was asked.
 *
 * Its segment and subsegments are made by hand, to show what the tracing plugin does for the other services by itself,
 * and how work that no request causes would be traced.
 */
export const time: ServiceDefinition = {
  manifest,
  untracedPaths: ["/"],
  routes(app, environment) {
    const offset = readTimeZone(environment);
    const lastAccess = LastAccess.fromEnvironment(environment, "time");
    app.addHook("onClose", async () => lastAccess.close());
    app.get("/", async (request, reply) => {
      // The caller decides: it samples, names the trace, and its subsegment is this segment's parent.
      const { root: traceId, parent: parentId, sampled } = parseTraceHeader(request.headers[TRACE_HEADER]);
      const segment = (sampled === "1" && app.tracer?.beginSegment({ traceId, parentId }, request.raw)) || UNSAMPLED;
      reply.raw.once("close", () => {
        const { statusCode: status, writableFinished: complete } = reply.raw;
        segment.end({ status, contentLength: undefined, complete });
      });
      const now = new Date();
      try {
        await lastAccess.write(now, segment);
      } catch (error) {
        segment.fail(error);
        throw error;
      }
      const formatting = segment.begin("format");
      const currentTime = formatTime(now, offset);
      formatting.end({ annotations: { offset_minutes: offset } });
      return { currentTime };
    });
  },
};
