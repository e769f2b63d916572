import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { callAws, callHttp, currentTrace, inSubsegment, runInTrace, UNSAMPLED } from "../../../app/tracing";
import { HeldTimers } from "../../processes/heldTimers";
import { ROOT, SAMPLED, serve, treeOf } from "../helpers/chain";
import { daemonOfEachTest } from "../helpers/daemon";

const manifest = { name: "@traced-fargate/example", version: "1.2.3" };

describe("subsegments", () => {
  const daemon = daemonOfEachTest();
  let app: FastifyInstance | undefined;
  afterEach(() => app?.close());

  /** Answers one sampled request with what a handler does. */
  async function answer(handler: () => Promise<unknown>, headers: Record<string, string> = SAMPLED) {
    const environment = { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon().address };
    const served = await serve({ manifest, routes: (built) => built.get("/", handler) }, environment);
    app = served.app;
    const response = await fetch(served.url, { headers });
    return { status: response.status, body: await response.text() };
  }

  it("nest as the work does, also side by side", async () => {
    const { status } = await answer(async () => {
      await Promise.all([
        inSubsegment("first", async () => {
          await inSubsegment("in the first", () => pause(20));
          assert.equal(currentTrace()?.traceId, ROOT);
        }),
        pause(5).then(() => inSubsegment("second", () => inSubsegment("in the second", () => pause(20)))),
      ]);
      return "done";
    });
    assert.equal(status, 200);
    await daemon().received(1);
    assert.deepEqual(treeOf(daemon()), [
      "example",
      "├─ first",
      "│  └─ in the first",
      "└─ second",
      "   └─ in the second",
    ]);
  });

  it("end with the error of the work, which goes on to the caller", async () => {
    const { status } = await answer(async () => {
      await inSubsegment("good", async () => undefined);
      await inSubsegment("bad", () => Promise.reject(new TypeError("no such thing")), { annotations: { attempt: 1 } });
    });
    assert.equal(status, 500);
    const [segment] = await daemon().received(1);
    assert.deepEqual(treeOf(daemon()), ["example [fault]", "├─ good", "└─ bad [fault]"]);
    const bad = segment?.subsegments?.[1];
    assert.deepEqual(bad?.annotations, { attempt: 1 });
    assert.match(JSON.stringify(bad?.cause), /"message":"no such thing","type":"TypeError"/);
  });

  it("by hand: begun, failed and ended where and when the code says, once", async () => {
    let header = "";
    await answer(async () => {
      const outer = (currentTrace() ?? UNSAMPLED).begin("outer", {
        http: { request: { method: "GET", url: "http://a" } },
      });
      const inner = outer.begin("inner");
      header = inner.callHeader();
      inner.fail("a text");
      inner.end();
      inner.end({ annotations: { ignored: true } });
      outer.end({ http: { response: { status: 429 } } });
    });
    const [segment] = await daemon().received(1);
    assert.deepEqual(treeOf(daemon()), ["example", "└─ outer [error, throttle]", "   └─ inner [fault]"]);
    const [outer] = segment?.subsegments ?? [];
    assert.deepEqual(outer?.http, { request: { method: "GET", url: "http://a" }, response: { status: 429 } });
    assert.doesNotMatch(JSON.stringify(outer), /annotations/);
    assert.equal(header, `Root=${ROOT};Parent=${outer?.subsegments?.[0]?.id};Sampled=1`);
  });

  it("are at most a hundred; calls from further ones continue the trace below the last that is there", async () => {
    let header = "";
    let trace: string | undefined;
    let below = "";
    await answer(async () => {
      const scope = currentTrace() ?? UNSAMPLED;
      for (let index = 0; index < 100; index++) scope.begin(`number ${index}`).end();
      const left = scope.begin("left out").begin("left out, too");
      header = left.callHeader();
      trace = left.traceId;
      below = scope.callHeader();
      left.fail(new Error("nobody hears of it"));
      left.end();
    });
    const [segment] = await daemon().received(1);
    assert.equal(segment?.subsegments?.length, 100);
    assert.deepEqual([header, trace], [`Root=${ROOT};Parent=${segment?.id};Sampled=1`, ROOT]);
    assert.equal(below, header);
  });

  it("that are still open when the service shuts down are sent as in progress", async () => {
    let end: (() => void) | undefined;
    await answer(async () => {
      const open = (currentTrace() ?? UNSAMPLED).begin("open");
      end = () => open.end();
    });
    await daemon().received(0);
    await app?.close();
    app = undefined;
    const [segment] = await daemon().received(1);
    const [open] = segment?.subsegments ?? [];
    assert.deepEqual([open?.in_progress, open?.end_time], [true, undefined]);
    const timers = new HeldTimers();
    end?.();
    timers.restore();
    timers.fire();
    await daemon().received(1);
  });

  it("cost nothing and say nothing in a request that is not sampled, but tell whoever is called", async () => {
    const headers: (string | undefined)[] = [];
    for (const header of ["Sampled=0", `Root=${ROOT};Sampled=0`]) {
      await answer(
        async () => {
          const scope = currentTrace();
          headers.push(scope?.begin("one").begin("two").callHeader());
          scope?.fail(new Error("nobody hears of it"));
          await inSubsegment("three", async () => headers.push(currentTrace()?.callHeader()));
        },
        { "x-amzn-trace-id": header },
      );
      await app?.close();
      app = undefined;
    }
    const root = `Root=${ROOT};Sampled=0`;
    assert.deepEqual(headers, ["Sampled=0", "Sampled=0", root, root]);
    await daemon().received(0);
  });

  it("can be given a place by hand, where there is no current trace", async () => {
    const { body } = await answer(async () => {
      const scope = currentTrace() ?? UNSAMPLED;
      return runInTrace(UNSAMPLED, async () => {
        const call = { service: "S3", operation: "HeadObject", region: "eu-central-1" };
        const { $metadata } = await callAws(
          call,
          async () => ({ $metadata: { httpStatusCode: 200, attempts: 2 } }),
          scope,
        );
        return $metadata;
      });
    });
    assert.equal(body, '{"httpStatusCode":200,"attempts":2}');
    const [segment] = await daemon().received(1);
    const [put] = segment?.subsegments ?? [];
    assert.deepEqual(
      [put?.name, put?.namespace, put?.aws, put?.http],
      ["S3", "aws", { operation: "HeadObject", region: "eu-central-1", retries: 1 }, { response: { status: 200 } }],
    );
  });

  it("outside a request are nothing, and calls carry no header", async () => {
    assert.equal(currentTrace(), undefined);
    assert.equal(await inSubsegment("nowhere", async () => 7), 7);
    const echo = await serve({ manifest, routes: (built) => built.get("/echo", async ({ headers }) => headers) }, {});
    try {
      const url = new URL("/echo?secret=1", echo.url);
      const { status, body } = await callHttp({ name: "echo", url, timeoutMs: 1000, headers: { "x-own": "yes" } });
      const { "x-own": own, "x-amzn-trace-id": trace } = JSON.parse(body);
      assert.deepEqual([status, own, trace], [200, "yes", undefined]);
    } finally {
      await echo.app.close();
    }
  });
});
