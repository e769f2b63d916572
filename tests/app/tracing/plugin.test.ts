import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { get } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { currentRequest, currentTrace, EnvironmentError } from "../../../app/tracing";
import type { Segment } from "../helpers/daemon";
import {
  ask,
  PARENT,
  ROOT,
  SAMPLED,
  SELF,
  servicesOfEachTest,
  withoutIdsAndTimes,
  withRoutes,
} from "../helpers/services";

const greeting = withRoutes((app) => app.get("/", (_request, reply) => reply.type("text/plain").send("Hello X-Ray!")));
const requested = (url: string) => ({ method: "GET", url, user_agent: "test", client_ip: "127.0.0.1" });
/** What is said of the response when there was none: the collector's exporter takes an error from a status only. */
const hungUp = { xray: {}, otlp: { status: 499, content_length: 0 } };
const decision = (response: Response) => response.headers.get("x-amzn-trace-id");

for (const tracer of ["xray", "otlp"] as const)
  describe(`the tracing plugin with ${tracer}`, () => {
    const services = servicesOfEachTest(tracer);

    it("sends a whole segment for a sampled request, by the name in the environment", async () => {
      const url = await services().serve(greeting, { AWS_XRAY_TRACING_NAME: "dev-hello" });
      const response = await ask(`${url}/?token=secret`, `Root=${ROOT};Parent=${PARENT};Sampled=1`);
      assert.equal(await response.text(), "Hello X-Ray!");
      assert.equal(decision(response), null);
      const [segment] = await services().segments(1);
      assert.equal(segment?.trace_id, ROOT);
      assert.deepEqual(withoutIdsAndTimes(segment), {
        name: "dev-hello",
        parent_id: PARENT,
        ...SELF[tracer],
        http: { request: requested(`${url}/`), response: { status: 200, content_length: 12 } },
      });
    });

    // The first request of a second is always sampled, and makes the decision here: none of these headers does.
    for (const header of [
      `Root=1-5759e988-"};{"a":"b;Sampled=1`,
      `Root=${ROOT}x;Parent=${PARENT};Sampled=1`,
      `Root=${ROOT};Parent=${PARENT};Parent=${PARENT};Sampled=1`,
      "Sampled=no",
      ";;;=",
    ]) {
      it(`ignores the header ${header}`, async () => {
        const response = await ask(await services().serve(greeting), header);
        assert.deepEqual([response.status, decision(response)], [200, null]);
        const [segment] = await services().segments(1);
        assert.notEqual(segment?.trace_id, ROOT);
        assert.deepEqual([segment?.name, withoutIdsAndTimes(segment).parent_id], ["hello", undefined]);
      });
    }

    it("keeps to the caller's trace and decision", async () => {
      const url = await services().serve(greeting);
      for (const header of [`Root=${ROOT};Sampled=0`, "Sampled=0", `Sampled=1;Root=${ROOT}`]) await ask(url, header);
      const [segment] = await services().segments(1);
      assert.deepEqual([segment?.trace_id, "parent_id" in (segment ?? {})], [ROOT, false]);
    });

    it("decides for a load balancer, which sends only the root", async () => {
      assert.equal(decision(await ask(await services().serve(greeting), `Root=${ROOT}`)), null);
      assert.equal((await services().segments(1))[0]?.trace_id, ROOT);
    });

    for (const [caller, root] of [
      ["a caller that asks", `Root=${ROOT};`],
      ["a caller that asks without a root, and which trace it began", ""],
    ] as const) {
      it(`tells its decision to ${caller}`, async () => {
        const url = await services().serve(greeting);
        const traced: string[] = [];
        for (let count = 0; count < 40; count++) {
          const [, trace = "", sampled] = /^Root=(\S+);Sampled=([01])$/.exec(
            decision(await ask(url, `${root}Sampled=?`)) ?? "",
          ) ?? [assert.fail()];
          if (root !== "") assert.equal(trace, ROOT);
          if (sampled === "1") traced.push(trace);
        }
        assert.ok(traced.length < 40);
        const segments = await services().segments(traced.length);
        assert.deepEqual(
          segments.map(({ trace_id }) => trace_id),
          traced,
        );
      });
    }

    it("notes what went wrong", async () => {
      const url = await services().serve(
        withRoutes((app) => {
          app.get("/sync", () => {
            throw new RangeError("out of range");
          });
          app.get("/async", async () => {
            await new Promise(setImmediate);
            throw Object.assign(new Error("bad input"), { statusCode: 400 });
          });
          app.get("/busy", (_request, reply) => reply.code(429).send());
        }),
      );
      for (const path of ["/sync", "/async", "/busy", "/nowhere"]) await (await ask(url + path, "Sampled=1")).text();
      // Requests of the same millisecond are in any order.
      const urlOf = ({ http }: Segment) => String(http?.request?.url);
      const segments = (await services().segments(4)).toSorted((a, b) => (urlOf(a) < urlOf(b) ? -1 : 1));
      const outcomes = segments.map((segment) => {
        const { name, service, aws, cause, ...outcome } = withoutIdsAndTimes(segment);
        const exceptions = (cause as { exceptions: { type: string; message: string }[] } | undefined)?.exceptions;
        const thrown = exceptions?.map(({ type, message }) => `${type}: ${message}`);
        return { ...outcome, ...(thrown && { cause: thrown }) };
      });
      const http = (path: string, status: number, content_length: number) => ({
        http: { request: requested(url + path), response: { status, content_length } },
      });
      assert.deepEqual(outcomes, [
        { error: true, cause: ["Error: bad input"], ...http("/async", 400, 62) },
        { error: true, throttle: true, ...http("/busy", 429, 0) },
        { error: true, ...http("/nowhere", 404, 79) },
        { fault: true, cause: ["RangeError: out of range"], ...http("/sync", 500, 75) },
      ]);
    });

    it("ends the trace of a caller that hangs up", async () => {
      const ended = new EventEmitter();
      const routes = (app: FastifyInstance) =>
        app.get("/slow", async ({ raw }, reply) => {
          reply.raw.once("close", () => ended.emit("close"));
          caller.destroy();
          await once(raw.socket, "close");
          return "late";
        });
      const url = await services().serve(withRoutes(routes));
      const caller = get(`${url}/slow`, { headers: { "x-amzn-trace-id": "Sampled=1" } }).on("error", () => {});
      await once(ended, "close");
      const { method, client_ip } = requested(url);
      const [segment] = await services().segments(1);
      assert.deepEqual(withoutIdsAndTimes(segment), {
        name: "hello",
        ...SELF[tracer],
        error: true,
        http: { request: { method, url: `${url}/slow`, client_ip }, response: hungUp[tracer] },
      });
    });

    it("traces neither what it is told not to nor what comes before it listens", async () => {
      const app = services().build(greeting);
      await app.inject({ path: "/", headers: { "x-amzn-trace-id": "Sampled=1" } });
      const url = await services().listen(app);
      for (const path of ["/health", "/health?from=here", "/healthy"]) await ask(url + path, "Sampled=1");
      const [segment] = await services().segments(1);
      assert.equal(segment?.http?.request?.url, `${url}/healthy`);
    });

    it("hands the trace to handlers, and to whatever they call, also when the request has a body", async () => {
      const seen: unknown[] = [];
      const handler = async (request: FastifyRequest) => {
        seen.push(request.trace?.traceId);
        await new Promise(setImmediate);
        const trace = currentTrace();
        seen.push([trace?.sampled, trace?.traceId, currentRequest()?.requestId === request.id]);
        return "noted";
      };
      const url = await services().serve(
        withRoutes((app) => app.route({ method: ["GET", "POST"], url: "/", handler })),
      );
      for (const header of [SAMPLED, `Root=${ROOT};Sampled=0`, "Sampled=0"]) await ask(url, header);
      const headers = { "content-type": "application/json", "x-amzn-trace-id": SAMPLED };
      await fetch(url, { method: "POST", body: JSON.stringify("a".repeat(100_000)), headers });
      assert.equal(currentTrace(), undefined);
      const sampled = [ROOT, [true, ROOT, true]];
      const unsampled = [...[undefined, [false, ROOT, true]], ...[undefined, [false, undefined, true]]];
      assert.deepEqual(seen, [...sampled, ...unsampled, ...sampled]);
      await services().segments(2);
    });

    it("does nothing with TRACING=none", async () => {
      const url = await services().serve(greeting, { TRACING: "none" });
      assert.equal(decision(await ask(url, `Root=${ROOT};Sampled=?`)), null);
      await services().segments(0);
    });

    it("refuses a tracer that there isn't", async () => {
      const error = new EnvironmentError("TRACING", "zipkin", "use one of xray, otlp, none");
      await assert.rejects(async () => services().build(greeting, { TRACING: "zipkin" }).ready(), error);
    });
  });
