import assert from "node:assert/strict";
import { Agent, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import Fastify, { type FastifyInstance } from "fastify";
import { gracefulShutdown, type ShutdownTimes } from "../../../app/service/shutdown";
import { warmUp } from "../../../app/service/warmUp";

describe("warmUp", () => {
  it("asks the service before it listens, over one connection", async () => {
    const app = Fastify();
    const ports = new Set<number | undefined>();
    let answered = 0;
    app.get("/", (request, reply) => {
      answered++;
      ports.add(request.raw.socket.remotePort);
      reply.send("warm");
    });
    assert.equal(await warmUp(app, 25, "/"), 25);
    assert.equal(answered, 25);
    assert.equal(ports.size, 1);
    assert.equal(app.server.listening, false);
    await app.close();
  });
});

describe("gracefulShutdown", () => {
  let app: FastifyInstance;
  let port: number;

  const start = async (times: ShutdownTimes) => {
    app = Fastify({ return503OnClosing: false });
    const shutDown = gracefulShutdown(app, times);
    app.get("/:ms", async (request) => {
      await delay(Number((request.params as { ms: string }).ms));
      return "done";
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    port = (app.server.address() as AddressInfo).port;
    return shutDown;
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (ms: number) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: "127.0.0.1", port, path: `/${ms}`, agent }, (response) => resolve(response.resume())).on(
        "error",
        reject,
      );
    });

  it("answers while it drains, and tells callers to leave", async () => {
    const shutDown = await start({ drainMs: 300 });
    assert.equal((await ask(0)).headers.connection, "keep-alive");
    const begun = Date.now();
    const ended = shutDown();
    await delay(50);
    const late = await ask(0);
    assert.deepEqual([late.statusCode, late.headers.connection], [200, "close"]);
    assert.equal(await ended, true);
    assert.ok(Date.now() - begun < 1500);
    await assert.rejects(ask(0), { code: "ECONNREFUSED" });
  });

  it("waits for a request that takes longer than the draining", async () => {
    const shutDown = await start({ drainMs: 50 });
    const slow = ask(400);
    await delay(50);
    const ended = shutDown();
    assert.deepEqual([(await slow).statusCode, (await slow).headers.connection], [200, "close"]);
    assert.equal(await ended, true);
  });

  it("cuts off what is still open at the deadline, and says so", async () => {
    const shutDown = await start({ drainMs: 10, deadlineMs: 100 });
    const stuck = assert.rejects(ask(1000), { code: "ECONNRESET" });
    await delay(50);
    assert.equal(await shutDown(), false);
    await stuck;
  });
});
