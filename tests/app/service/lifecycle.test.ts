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
  /** Called when a request has come whose answer takes its time. */
  let arrived: () => void;

  const start = async (times: ShutdownTimes) => {
    app = Fastify({ return503OnClosing: false });
    const shutDown = gracefulShutdown(app, times);
    app.get("/", async () => "done");
    app.get("/slow", async () => {
      arrived();
      await delay(400);
      return "done";
    });
    app.get("/stuck", () => {
      arrived();
      return new Promise(() => undefined);
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    port = (app.server.address() as AddressInfo).port;
    return shutDown;
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path = "") =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: "127.0.0.1", port, path: `/${path}`, agent }, (response) => resolve(response.resume())).on(
        "error",
        reject,
      );
    });

  it("answers while it drains, and tells callers to leave", async () => {
    const shutDown = await start({ drainMs: 1000 });
    assert.equal((await ask()).headers.connection, "keep-alive");
    const ended = shutDown();
    const late = await ask();
    assert.deepEqual([late.statusCode, late.headers.connection], [200, "close"]);
    assert.equal(await ended, true);
    await assert.rejects(ask(), { code: "ECONNREFUSED" });
  });

  it("waits for a request that takes longer than the draining", async () => {
    const shutDown = await start({ drainMs: 50 });
    const begun = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const slow = ask("slow");
    await begun;
    const ended = shutDown();
    assert.deepEqual([(await slow).statusCode, (await slow).headers.connection], [200, "close"]);
    assert.equal(await ended, true);
  });

  it("cuts off what is still open at the deadline, and says so", async () => {
    const shutDown = await start({ drainMs: 10, deadlineMs: 100 });
    const begun = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const stuck = assert.rejects(ask("stuck"), { code: "ECONNRESET" });
    await begun;
    assert.equal(await shutDown(), false);
    await stuck;
  });
});
