import { formatTimeZone, readTimeZone } from "@traced-fargate/clock/timeZone";
import { callService, readCallee, type ServiceDefinition, UpstreamError } from "@traced-fargate/service";
import { EnvironmentError, parseTraceHeader, TRACE_HEADER } from "@traced-fargate/tracing";
import manifest from "./package.json";
import { CONTENT_SECURITY_POLICY, PAGE } from "./page";

/** How long the bff may take, in milliseconds: longer than both of its backends. */
const BFF_MS = 6000;

/**
 * The service frontend: `GET /` is the page, `GET /now` what it shows. The page asks here and not the bff itself, so
 * that one forwarded port is enough to open it. It is not traced: a trace begins at the bff, which is asked to tell of
 * it.
 */
export const frontend: ServiceDefinition = {
  manifest,
  routes(app, environment) {
    const bff = readCallee(environment, "bff", BFF_MS);
    const region = readRegion(environment);
    const timeZone = formatTimeZone(readTimeZone(environment));
    app.get("/", (_request, reply) => {
      reply
        .type("text/html; charset=utf-8")
        .header("content-security-policy", CONTENT_SECURITY_POLICY)
        .header("x-content-type-options", "nosniff")
        .send(PAGE);
    });
    const traceOf = (headers: Readonly<Record<string, unknown>>) => {
      const { root: id, sampled } = parseTraceHeader(headers[TRACE_HEADER]);
      return sampled === "1" && id !== undefined ? { id, url: traceUrl(region, id) } : null;
    };
    app.get("/now", async (request, reply) => {
      reply.header("cache-control", "no-store");
      try {
        // What a browser sends along is not passed on: whoever opens the page is not to decide about sampling.
        const { body, headers } = await callService(bff, { headers: { [TRACE_HEADER]: "Sampled=?" } });
        const { currentDate, currentTime } = body;
        return { currentDate, currentTime, timeZone, trace: traceOf(headers) };
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        request.log.error({ err: error }, "request failed");
        const { statusCode, message, answered } = error;
        return reply.code(statusCode).send({ statusCode, error: "Bad Gateway", message, trace: traceOf(answered) });
      }
    });
  },
};

/** Where the console shows a trace; it takes X-Ray some seconds to do so. */
function traceUrl(region: string, id: string): string {
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#xray:traces/${id}`;
}

function readRegion(environment: NodeJS.ProcessEnv): string {
  const region = environment.AWS_REGION ?? "";
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new EnvironmentError("AWS_REGION", region, "use the region of the traces, as in eu-central-1");
  }
  return region;
}
