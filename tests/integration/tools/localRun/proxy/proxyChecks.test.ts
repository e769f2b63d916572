import assert from "node:assert/strict";
import { checkProxy } from "../../../../../tools/localRun/checks/proxyChecks";
import type { CheckResult } from "../../../../../tools/localRun/checks/serviceChecks";
import { TraceStore } from "../../../../../tools/localRun/checks/traceStore";
import { LocalProxy, nodeProxy } from "../../../../../tools/localRun/standIns/localProxy";
import { freePort } from "../../../../../tools/localRun/task/ports";
import { LocalServer } from "../../../../processes/localServer";

const xrayHost = "xray.eu-central-1.amazonaws.com:443";
const used = { url: "http://proxy.internal:3128", host: "proxy.internal", port: 3128, xrayHost };

const runId = "this run";

describe("the checks of a proxy", () => {
  let server: LocalServer;
  let proxy: LocalProxy;
  let store: TraceStore;
  /** Whether the service answers, and whether its daemon says what it lost and delivers the rest. */
  const behaviour = { answers: true, reports: true };

  beforeEach(async () => {
    Object.assign(behaviour, { answers: true, reports: true });
    store = new TraceStore();
    proxy = new LocalProxy(nodeProxy, await freePort(), new Map());
    await proxy.start();
    let down = 100;
    server = await new LocalServer((_request, response) => {
      response.setHeader("x-local-run", runId);
      response.statusCode = behaviour.answers ? 200 : 503;
      response.end("Hello");
      if (!behaviour.reports) return;
      if (down-- > 0) store.add("", { kind: "lost", count: 1, reason: "the proxy is down" });
      else store.segments.push({ name: "hello", id: "", start_time: 0, trace_id: "" });
    }).listen();
  });
  afterEach(async () => {
    await proxy.stop();
    await server.close();
  });

  async function run(): Promise<string[]> {
    const checks: CheckResult[] = [];
    const expectation = { path: "/", body: "Hello" };
    const signal = new AbortController().signal;
    const context = {
      used,
      proxy,
      service: { origin: server.url, run: runId },
      expectation,
      store,
      patienceMs: 100,
      signal,
    };
    for await (const check of checkProxy(context)) checks.push(check);
    return checks.map(({ passed, text }) => `${passed ? "passed" : "FAILED"} ${text}`);
  }

  it("pass when everything is as it should be", async () => {
    proxy.log.push("12:00 CONNECT xray.eu-central-1.amazonaws.com:443 200");
    assert.deepEqual(await run(), [
      "passed 1 x CONNECT xray.eu-central-1.amazonaws.com:443 in the log of the proxy http://proxy.internal:3128",
      "passed proxy down: 100 requests, 0 failed",
      "passed proxy down: 100 segments lost: the proxy is down",
      "passed proxy back: the segment of the next request was delivered",
    ]);
  });

  it("fail without a tunnel to X-Ray, and with a daemon that says nothing", async () => {
    proxy.log.push("12:00 CONNECT xray.us-east-1.amazonaws.com:443 200");
    behaviour.reports = false;
    assert.deepEqual(await run(), [
      "FAILED 0 x CONNECT xray.eu-central-1.amazonaws.com:443 in the log of the proxy http://proxy.internal:3128",
      "passed proxy down: 100 requests, 0 failed",
      "FAILED proxy down: 0 segments lost",
      "FAILED proxy back: the segment of the next request was not delivered",
    ]);
  });

  it("fail when segments are lost while the proxy is up, and when the service fails without it", async () => {
    proxy.log.push("12:00 CONNECT xray.eu-central-1.amazonaws.com:443 200");
    store.add("", { kind: "lost", count: 3, reason: "X-Ray answered 403" });
    behaviour.answers = false;
    assert.deepEqual((await run()).slice(1), [
      "FAILED 3 segments lost: X-Ray answered 403",
      'FAILED proxy down: 100 requests, 100 failed (answered 503 "Hello")',
      "passed proxy down: 100 segments lost: the proxy is down",
      "FAILED proxy back: the segment of the next request was delivered",
    ]);
  });
});
