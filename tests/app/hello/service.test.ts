import assert from "node:assert/strict";
import { hello } from "../../../app/hello/service";
import { serviceName } from "../../../app/service";
import { ask, ROOT, SAMPLED, servicesOfEachTest } from "../helpers/services";

describe("the hello service", () => {
  const services = servicesOfEachTest();

  it("answers Hello X-Ray!", async () => {
    const app = services().build(hello);
    const { statusCode, headers, body } = await app.inject("/");
    assert.equal(body, "Hello X-Ray!");
    const { "content-type": type, "content-length": length } = headers;
    assert.deepEqual([statusCode, type, length], [200, "text/plain; charset=utf-8", "12"]);
    const health = await app.inject("/health");
    assert.deepEqual([health.statusCode, health.json()], [200, { status: "ok" }]);
    assert.equal((await app.inject("/nowhere")).statusCode, 404);
    assert.deepEqual([services().lines, serviceName(hello)], [[], "hello"]);
  });

  it("logs its own failures, and only those", async () => {
    const app = services().build(hello);
    app.get("/:status", async ({ params }) => {
      throw Object.assign(new Error("out of order"), { statusCode: Number((params as { status: string }).status) });
    });
    for (const status of [499, 500]) assert.equal((await app.inject(`/${status}`)).statusCode, status);
    const [{ level, msg, method, url, err, requestId } = {}, ...others] = services().lines;
    assert.deepEqual([level, msg, method, url, others], [50, "request failed", "GET", "/500", []]);
    assert.match(String(requestId), /^[0-9a-f]{12}-2$/);
    assert.equal((err as Error).message, "out of order");
  });

  it("says of every line which request and which trace it belongs to", async () => {
    const app = services().build(hello, { ACCESS_LOG: "on" });
    app.get("/broken", async ({ log }) => {
      log.info("one");
      await new Promise(setImmediate);
      log.info("another");
      throw new Error("out of order");
    });
    const url = await services().listen(app);
    const start = performance.now();
    await ask(`${url}/broken?secret=1`, SAMPLED);
    await ask(`${url}/health`);
    const [segment] = await services().segments(1);
    assert.equal(segment?.trace_id, ROOT);
    const { lines } = services();
    const took = performance.now() - start;
    const durations = lines.filter(({ msg }) => msg === "request").map(({ ms }) => Number(ms));
    assert.ok(
      durations.every((ms) => ms > 0 && ms <= took),
      `${durations} of ${took} ms`,
    );
    const told = lines.map(({ msg, traceId, requestId, path, status }) => {
      return [msg, traceId, requestId === lines[0]?.requestId, path, status];
    });
    assert.deepEqual(told, [
      ["one", ROOT, true, undefined, undefined],
      ["another", ROOT, true, undefined, undefined],
      ["request failed", ROOT, true, undefined, undefined],
      ["request", ROOT, true, "/broken", 500],
      ["request", undefined, false, "/health", 200],
    ]);
  });

  it("gives up on requests that do not arrive", () => {
    const { server } = services().build(hello);
    assert.deepEqual([server.requestTimeout, server.headersTimeout], [15_000, 15_000]);
  });
});
