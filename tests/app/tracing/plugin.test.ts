import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { version } from "../../../app/hello/package.json";
import { currentRequest, currentTrace, EnvironmentError, tracing } from "../../../app/tracing";
import { daemonOfEachTest } from "../helpers/daemon";
import { PARENT, ROOT, SELF, withoutIdsAndTimes } from "../helpers/segments";

describe("the tracing plugin", () => {
  const daemon = daemonOfEachTest();
  let app: FastifyInstance;
  let since: number;
  const warnings: unknown[] = [];

  /** A service with this in its environment and these routes, besides the usual ones. */
  const build = (environment: Record<string, string> = {}, routes?: (app: FastifyInstance) => void) => {
    app = Fastify({ logger: false });
    app.register(tracing, {
      service: { name: "hello", version },
      log: { warn: (...line) => warnings.push(line) },
      environment: { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon().address, ...environment },
      untracedPaths: ["/health"],
    });
    app.get("/", (_request, reply) => reply.type("text/plain").send("Hello X-Ray!"));
    app.get("/health", () => "ok");
    routes?.(app);
    return app;
  };
  const listen = (...args: Parameters<typeof build>) => build(...args).listen({ port: 0, host: "127.0.0.1" });
  const url = (path = "/") => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${path}`;
  const ask = (header: string | undefined, path = "/", headers: Record<string, string> = {}) =>
    fetch(url(path), { headers: { "user-agent": "test", ...headers, ...(header && { "x-amzn-trace-id": header }) } });
  const requested = (path = "/") => ({ method: "GET", url: url(path), user_agent: "test", client_ip: "127.0.0.1" });
  /** The one segment that was sent. */
  const theSegment = async () => {
    const [segment] = await daemon().received(1);
    assert.ok(segment);
    return segment;
  };

  beforeEach(() => {
    since = Date.now();
  });
  afterEach(async () => {
    await app.close();
    assert.deepEqual(warnings.splice(0), []);
  });

  it("sends a whole segment for a sampled request", async () => {
    await listen();
    const response = await ask(`Root=${ROOT};Parent=${PARENT};Sampled=1`, "/?token=secret");
    assert.equal(await response.text(), "Hello X-Ray!");
    assert.equal(response.headers.get("x-amzn-trace-id"), null);
    const segment = await theSegment();
    assert.equal(segment.trace_id, ROOT);
    assert.deepEqual(withoutIdsAndTimes(segment, since), {
      name: "hello",
      parent_id: PARENT,
      ...SELF,
      http: { request: requested(), response: { status: 200, content_length: 12 } },
    });
  });

  it("takes the name from the environment", async () => {
    await listen({ AWS_XRAY_TRACING_NAME: "dev-hello" });
    await ask("Sampled=1");
    assert.equal((await theSegment()).name, "dev-hello");
  });

  for (const header of [
    `Root=1-5759e988-"};{"a":"b;Sampled=1`,
    `Root=${ROOT}x;Parent=${PARENT};Sampled=1`,
    `Root=${ROOT};Parent=${PARENT};Parent=${PARENT};Sampled=1`,
    "Sampled=yes",
    ";;;=",
  ]) {
    it(`ignores the header ${header}`, async () => {
      await listen();
      const response = await ask(header);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("x-amzn-trace-id"), null);
      await app.close();
      for (const segment of daemon().segments) {
        assert.notEqual(segment.trace_id, ROOT);
        assert.equal(withoutIdsAndTimes(segment, since).parent_id, undefined);
      }
    });
  }

  it("keeps to the caller's trace and decision", async () => {
    await listen();
    await ask(`Root=${ROOT};Sampled=0`);
    await ask("Sampled=0");
    await ask(`Sampled=1;Root=${ROOT}`);
    const segment = await theSegment();
    assert.equal(segment.trace_id, ROOT);
    assert.equal("parent_id" in segment, false);
  });

  it("decides for a load balancer, which sends only the root", async () => {
    await listen();
    await delay(1000 - (Date.now() % 1000) + 10);
    assert.equal((await ask(`Root=${ROOT}`)).headers.get("x-amzn-trace-id"), null);
    assert.equal((await theSegment()).trace_id, ROOT);
  });

  it("tells its decision to a caller that asks", async () => {
    await listen();
    const answers: (string | null)[] = [];
    for (let count = 0; count < 40; count++) {
      answers.push((await ask(`Root=${ROOT};Sampled=?`)).headers.get("x-amzn-trace-id"));
    }
    const yes = answers.filter((answer) => answer === `Root=${ROOT};Sampled=1`).length;
    const no = answers.filter((answer) => answer === `Root=${ROOT};Sampled=0`).length;
    assert.equal(yes + no, 40);
    assert.ok(no > 0);
    await daemon().received(yes);
  });

  it("tells a caller that asks without a root which trace it began", async () => {
    await listen();
    const traced: string[] = [];
    for (let count = 0; count < 40; count++) {
      const answer = (await ask("Sampled=?")).headers.get("x-amzn-trace-id") ?? "";
      assert.match(answer, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=[01]$/);
      if (answer.endsWith("1")) {
        traced.push(answer.slice(5, 40));
      }
    }
    const segments = await daemon().received(traced.length);
    assert.deepEqual(
      segments.map((segment) => segment.trace_id),
      traced,
    );
  });

  it("notes what went wrong", async () => {
    await listen({}, (app) => {
      app.get("/sync", () => {
        throw new RangeError("out of range");
      });
      app.get("/async", async () => {
        await delay(1);
        throw Object.assign(new Error("bad input"), { statusCode: 400 });
      });
      app.get("/busy", (_request, reply) => reply.code(429).send());
    });
    for (const path of ["/sync", "/async", "/busy", "/nowhere"]) {
      await (await ask("Sampled=1", path)).text();
    }
    const outcomes = (await daemon().received(4)).map((segment) => {
      const { name, service, aws, cause, ...outcome } = withoutIdsAndTimes(segment, since);
      const exceptions = (cause as { exceptions: { type: string; message: string }[] } | undefined)?.exceptions;
      const thrown = exceptions?.map(({ type, message }) => `${type}: ${message}`);
      return { ...outcome, ...(thrown && { cause: thrown }) };
    });
    const http = (path: string, status: number, content_length: number) => ({
      request: requested(path),
      response: { status, content_length },
    });
    assert.deepEqual(outcomes, [
      { fault: true, cause: ["RangeError: out of range"], http: http("/sync", 500, 75) },
      { error: true, cause: ["Error: bad input"], http: http("/async", 400, 62) },
      { error: true, throttle: true, http: http("/busy", 429, 0) },
      { error: true, http: http("/nowhere", 404, 79) },
    ]);
  });

  it("ends the trace of a caller that hangs up", async () => {
    await listen({}, (app) =>
      app.get("/slow", async (incoming) => {
        request.destroy();
        await once(incoming.raw.socket, "close");
        return "late";
      }),
    );
    const request = get(url("/slow"), { headers: { "x-amzn-trace-id": "Sampled=1" } }).on("error", () => {});
    const { method, url: asked, client_ip } = requested("/slow");
    assert.deepEqual(withoutIdsAndTimes(await theSegment(), since), {
      name: "hello",
      ...SELF,
      error: true,
      http: { request: { method, url: asked, client_ip }, response: {} },
    });
  });

  it("traces neither what it is told not to nor what comes before it listens", async () => {
    build();
    await app.inject({ path: "/", headers: { "x-amzn-trace-id": "Sampled=1" } });
    await app.listen({ port: 0, host: "127.0.0.1" });
    await ask("Sampled=1", "/health");
    await ask("Sampled=1", "/health?from=here");
    await ask("Sampled=1", "/healthy");
    assert.deepEqual((await theSegment()).http, {
      request: requested("/healthy"),
      response: { status: 404, content_length: 79 },
    });
  });

  it("hands the trace to handlers, and to whatever they call, also when the request has a body", async () => {
    const seen: unknown[] = [];
    const handler = async (request: FastifyRequest) => {
      seen.push(request.trace?.traceId);
      await delay(1);
      const trace = currentTrace();
      seen.push([trace?.sampled, trace?.traceId, currentRequest()?.requestId === request.id]);
      return "noted";
    };
    await listen({}, (app) => app.route({ method: ["GET", "POST"], url: "/context", handler }));
    await ask(`Root=${ROOT};Sampled=1`, "/context");
    await ask(`Root=${ROOT};Sampled=0`, "/context");
    await ask("Sampled=0", "/context");
    const headers = { "content-type": "application/json", "x-amzn-trace-id": `Root=${ROOT};Sampled=1` };
    await fetch(url("/context"), { method: "POST", body: JSON.stringify("a".repeat(100_000)), headers });
    assert.equal(currentTrace(), undefined);
    const sampled = [ROOT, [true, ROOT, true]];
    assert.deepEqual(seen, [
      ...sampled,
      ...[undefined, [false, ROOT, true]],
      ...[undefined, [false, undefined, true]],
      ...sampled,
    ]);
    await daemon().received(2);
  });

  it("does nothing with TRACING=none", async () => {
    await listen({ TRACING: "none" });
    const response = await ask(`Root=${ROOT};Sampled=?`);
    assert.equal(response.headers.get("x-amzn-trace-id"), null);
    await daemon().received(0);
  });

  it("refuses a tracer that there isn't", async () => {
    await assert.rejects(
      async () => build({ TRACING: "zipkin" }).ready(),
      new EnvironmentError("TRACING", "zipkin", "use one of xray, none"),
    );
  });
});
