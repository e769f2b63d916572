import assert from "node:assert/strict";
import type { FastifyInstance } from "fastify";
import { callAws, callHttp, currentTrace, inSubsegment, runInTrace, UNSAMPLED } from "../../../app/tracing";
import { LocalServer } from "../../processes/localServer";
import { ODD_VALUES } from "../helpers/oddValues";
import { ask, ROOT, SAMPLED, servicesOfEachTest, withRoutes } from "../helpers/services";

const scopeHere = () => currentTrace() ?? UNSAMPLED;
const turn = () => new Promise(setImmediate);

for (const tracer of ["xray", "otlp"] as const)
  describe(`subsegments with ${tracer}`, () => {
    const services = servicesOfEachTest(tracer);

    /** Answers a request with what a handler does. */
    async function answer(handler: () => Promise<unknown>, header = SAMPLED) {
      const app = services().build(withRoutes((built) => built.get("/", handler)));
      const response = await ask(await services().listen(app), header);
      return { app, status: response.status, body: await response.text() };
    }

    it("nest as the work does, also side by side", async () => {
      const { status } = await answer(async () => {
        await Promise.all([
          inSubsegment("first", async () => {
            await inSubsegment("in the first", turn);
            assert.equal(currentTrace()?.traceId, ROOT);
          }),
          inSubsegment("second", () => inSubsegment("in the second", turn)),
        ]);
        return "done";
      });
      assert.equal(status, 200);
      const tree = ["hello", "├─ first", "│  └─ in the first", "└─ second", "   └─ in the second"];
      assert.deepEqual(await services().tree(1), tree);
    });

    it("end with the error of the work, which goes on to the caller", async () => {
      const { status } = await answer(async () => {
        await inSubsegment("good", async () => undefined);
        await inSubsegment("bad", () => Promise.reject(new TypeError("no such thing")), {
          annotations: { attempt: 1 },
        });
      });
      assert.equal(status, 500);
      assert.deepEqual(await services().tree(1), ["hello [fault]", "├─ good", "└─ bad [fault]"]);
      const [, bad] = services().daemon.segments[0]?.subsegments ?? [];
      assert.deepEqual(bad?.annotations, { attempt: 1 });
      assert.match(JSON.stringify(bad?.cause), /"message":"no such thing","type":"TypeError"/);
    });

    it("by hand: begun, failed and ended where and when the code says, once", async () => {
      let header: string | undefined;
      const request = { method: "GET", url: "http://a" };
      await answer(async () => {
        const outer = scopeHere().begin("outer", { http: { request } });
        const inner = outer.begin("inner");
        header = inner.callHeaders()["x-amzn-trace-id"];
        inner.fail("a text");
        inner.end();
        inner.end({ annotations: { ignored: true } });
        outer.end({ http: { response: { status: 429 } } });
      });
      assert.deepEqual(await services().tree(1), ["hello", "└─ outer [error, throttle]", "   └─ inner [fault]"]);
      const [outer] = services().daemon.segments[0]?.subsegments ?? [];
      assert.deepEqual(outer?.http, { request, response: { status: 429 } });
      assert.doesNotMatch(JSON.stringify(outer), /annotations/);
      assert.equal(header, `Root=${ROOT};Parent=${outer?.subsegments?.[0]?.id};Sampled=1`);
    });

    it("are at most a hundred; calls from further ones continue the trace below the last that is there", async () => {
      const said: unknown[] = [];
      await answer(async () => {
        const scope = scopeHere();
        for (let index = 0; index < 100; index++) scope.begin(`number ${index}`).end();
        const left = scope.begin("left out").begin("left out, too");
        said.push(...[left, scope].map((each) => each.callHeaders()["x-amzn-trace-id"]), left.traceId);
        left.fail(new Error("nobody hears of it"));
        left.end();
      });
      const [segment] = await services().segments(1);
      assert.equal(segment?.subsegments?.length, 100);
      const [{ msg, leftOut } = {}] = services().lines.splice(0);
      assert.equal(msg, "a trace was too large, and says what it lacks");
      assert.deepEqual(leftOut, { stack_frames: 0, subsegments: 1 });
      const header = `Root=${ROOT};Parent=${segment?.id};Sampled=1`;
      assert.deepEqual(said, [header, header, ROOT]);
    });

    it("that are still open when the service shuts down are sent all the same, and not again", async () => {
      let end: (() => void) | undefined;
      const { app } = await answer(async () => {
        const open = scopeHere().begin("open");
        end = () => open.end();
      });
      await app.close();
      end?.();
      await app.tracer?.flush();
      const [segment] = await services().segments(1);
      const [open] = segment?.subsegments ?? [];
      // A span can only be sent when it has ended.
      const { in_progress, end_time } = open ?? assert.fail();
      assert.deepEqual([in_progress, end_time === undefined], tracer === "xray" ? [true, true] : [undefined, false]);
    });

    for (const [header, told] of [
      ["Sampled=0", "Sampled=0"],
      [`Root=${ROOT};Sampled=0`, `Root=${ROOT};Sampled=0`],
    ] as const) {
      it(`cost nothing and say nothing in a request with ${header}, but tell whoever is called`, async () => {
        const headers: unknown[] = [];
        const work = async () => {
          const scope = currentTrace();
          headers.push(scope?.begin("one").begin("two").callHeaders());
          scope?.fail(new Error("nobody hears of it"));
          await inSubsegment("three", async () => headers.push(currentTrace()?.callHeaders()));
        };
        await answer(work, header);
        assert.deepEqual(headers, Array(2).fill({ "x-amzn-trace-id": told }));
        await services().segments(0);
      });
    }

    it("can be given a place by hand, where there is no current trace", async () => {
      const { body } = await answer(async () => {
        const scope = scopeHere();
        const call = { service: "S3", operation: "HeadObject", region: "eu-central-1" };
        const send = async () => ({ $metadata: { httpStatusCode: 200, attempts: 2 } });
        return runInTrace(UNSAMPLED, async () => (await callAws(call, send, scope)).$metadata);
      });
      assert.equal(body, '{"httpStatusCode":200,"attempts":2}');
      const [segment] = await services().segments(1);
      const [{ name, namespace, aws, http } = assert.fail()] = segment?.subsegments ?? [];
      assert.deepEqual([name, namespace, http], ["S3", "aws", { response: { status: 200 } }]);
      // The collector's exporter has no place for retries.
      const retries = tracer === "xray" ? { retries: 1 } : {};
      assert.deepEqual(aws, { operation: "HeadObject", region: "eu-central-1", ...retries });
    });

    it("outside a request are nothing, and calls carry no header", async () => {
      assert.equal(currentTrace(), undefined);
      assert.equal(await inSubsegment("nowhere", async () => 7), 7);
      const echo = await new LocalServer((request, response) => response.end(JSON.stringify(request.headers))).listen();
      const url = new URL(echo.url);
      const { status, body } = await callHttp({ name: "echo", url, timeoutMs: 1000, headers: { "x-own": "yes" } });
      const { "x-own": own, "x-amzn-trace-id": trace } = JSON.parse(body);
      assert.deepEqual([status, own, trace], [200, "yes", undefined]);
      await echo.close();
    });

    it("say what was thrown, whatever that is", async () => {
      const routes = (app: FastifyInstance) => {
        for (const [index, [, value]] of ODD_VALUES.entries()) {
          app.get(`/${index}`, () => inSubsegment("work", () => Promise.reject(value)));
        }
      };
      const url = await services().serve(withRoutes(routes));
      for (const [index, [title]] of ODD_VALUES.entries()) {
        assert.equal((await ask(`${url}/${index}`, SAMPLED)).status, 500, title);
      }
      const texts = (await services().segments(ODD_VALUES.length)).map((segment) => JSON.stringify(segment));
      for (const [index, [, , type, message]] of ODD_VALUES.entries()) {
        // Requests of the same millisecond are in any order.
        const text = texts.find((each) => each.includes(`/${index}"`));
        assert.ok(text?.includes(`"message":${JSON.stringify(message)},"type":"${type}"`), text);
      }
    });

    it("have names and annotations that X-Ray takes, whatever the code gives", async () => {
      const texts = { list: ["a"], bare: Object.create(null), symbol: Symbol("s"), long: "x".repeat(9000) };
      const annotations = { big: 7n, infinite: Number.NaN, nothing: undefined, ...texts };
      await answer(async () => {
        const scope = scopeHere();
        scope.begin("<script>\n", { annotations: annotations as unknown as Record<string, string> }).end();
        for (const name of ["", "x".repeat(9000), undefined, Object.create(null)]) scope.begin(name as string).end();
      });
      const [segment] = await services().segments(1);
      const names = segment?.subsegments?.map(({ name }) => name);
      assert.deepEqual(names, ["_script__", "unnamed", "x".repeat(200), "undefined", "_Object: null prototype_ __"]);
      const kept = {
        ...{ big: "7", infinite: "NaN", nothing: "undefined", list: "[ 'a' ]", symbol: "Symbol(s)" },
        ...{ bare: "[Object: null prototype] {}", long: "x".repeat(1000) },
      };
      assert.deepEqual(segment?.subsegments?.[0]?.annotations, kept);
    });
  });
