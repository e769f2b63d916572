import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import pino, { type Logger } from "pino";
import { hello } from "../../../app/hello/service";
import { buildService, serviceName } from "../../../app/service";
import { describeRequest } from "../../../app/service/buildService";
import { prepareShutdown } from "../../../app/service/shutdown";
import { ROOT, SAMPLED } from "../helpers/chain";
import { startDaemon } from "../helpers/daemon";

/** A logger, and the lines that it has written. */
function recordingLog(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ mixin: describeRequest }, { write: (line) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

describe("the hello service", () => {
  it("answers Hello X-Ray!", async () => {
    const { log, lines } = recordingLog();
    const app = buildService(hello, {}, log);
    const { statusCode, headers, body } = await app.inject("/");
    assert.equal(body, "Hello X-Ray!");
    assert.deepEqual(
      [statusCode, headers["content-type"], headers["content-length"]],
      [200, "text/plain; charset=utf-8", "12"],
    );
    const health = await app.inject("/health");
    assert.deepEqual([health.statusCode, health.json()], [200, { status: "ok" }]);
    assert.equal((await app.inject("/nowhere")).statusCode, 404);
    await app.close();
    assert.deepEqual(lines, []);
    assert.equal(serviceName(hello), "hello");
  });

  it("answers a request whose head was under way when the service began to close", async () => {
    const { log } = recordingLog();
    const app = buildService(hello, {}, log);
    const shutDown = prepareShutdown(app, { drainMs: 20 });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: hello\r\n");
    await once(app.server, "connection");
    const ended = shutDown();
    await delay(150);
    socket.write("\r\n");
    let answer = "";
    for await (const chunk of socket) {
      answer += chunk;
    }
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n(.+\r\n)*connection: close\r\n(.+\r\n)*\r\nHello X-Ray!$/i);
    assert.equal(await ended, true);
  });

  it("logs its own failures, and only those", async () => {
    const { log, lines } = recordingLog();
    const app = buildService(hello, {}, log);
    app.get("/broken", () => {
      throw new Error("out of order");
    });
    app.get("/refused", () => {
      throw Object.assign(new Error("bad input"), { statusCode: 400 });
    });
    assert.equal((await app.inject("/broken")).statusCode, 500);
    assert.equal((await app.inject("/refused")).statusCode, 400);
    await app.close();
    const [{ level, msg, method, url, err, requestId } = {}, ...others] = lines;
    assert.deepEqual([level, msg, method, url], [50, "request failed", "GET", "/broken"]);
    assert.match(String(requestId), /^[0-9a-f]{12}-1$/);
    assert.equal((err as Error).message, "out of order");
    assert.deepEqual(others, []);
  });

  it("says of every line which request and which trace it belongs to", async () => {
    const { log, lines } = recordingLog();
    const daemon = await startDaemon();
    const environment = { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address, ACCESS_LOG: "on" };
    const app = buildService(hello, environment, log);
    app.get("/broken", async (request) => {
      request.log.info("one");
      await delay(1);
      log.info("another");
      throw new Error("out of order");
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    await fetch(`${url}/broken?secret=1`, { headers: SAMPLED });
    await fetch(`${url}/health`);
    await app.close();
    const [segment] = await daemon.received(1).finally(() => daemon.close());
    assert.equal(segment?.trace_id, ROOT);
    const requestId = lines[0]?.requestId;
    const told = lines.map(({ msg, traceId, requestId: id, path, status }) => [
      msg,
      traceId,
      id === requestId,
      path,
      status,
    ]);
    assert.deepEqual(told, [
      ["one", ROOT, true, undefined, undefined],
      ["another", ROOT, true, undefined, undefined],
      ["request failed", ROOT, true, undefined, undefined],
      ["request", ROOT, true, "/broken", 500],
      ["request", undefined, false, "/health", 200],
    ]);
  });

  it("gives up on requests that do not arrive", async () => {
    const app = buildService(hello, {}, recordingLog().log);
    assert.deepEqual([app.server.requestTimeout, app.server.headersTimeout], [15_000, 15_000]);
    await app.close();
  });
});
