import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import Fastify, { type FastifyInstance } from "fastify";
import { prepareShutdown, type ShutdownTimes } from "../../../app/service/shutdown";

describe("prepareShutdown", () => {
  let app: FastifyInstance;
  let port: number;
  /** Emits `arrived` when a request has come whose answer takes its time. */
  const slowly = new EventEmitter();

  const start = async (times: ShutdownTimes) => {
    app = Fastify({ return503OnClosing: false });
    const shutDown = prepareShutdown(app, times);
    app.get("/", async () => "done");
    app.get("/slow", async () => {
      slowly.emit("arrived");
      await delay(700);
      return "done";
    });
    app.get("/stuck", () => {
      slowly.emit("arrived");
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

  // What a failed test leaves open would keep the process.
  afterEach(() => app.server.close().closeAllConnections());

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
    const begun = once(slowly, "arrived");
    const slow = ask("slow");
    await begun;
    const ended = shutDown();
    assert.deepEqual([(await slow).statusCode, (await slow).headers.connection], [200, "close"]);
    assert.equal(await ended, true);
  });

  it("cuts off what is still open at the deadline, and says so", async () => {
    const shutDown = await start({ drainMs: 10, deadlineMs: 100 });
    const begun = once(slowly, "arrived");
    const stuck = assert.rejects(ask("stuck"), { code: "ECONNRESET" });
    await begun;
    assert.equal(await shutDown(), false);
    await stuck;
  });

  describe("closes what nobody is waiting for, before the deadline:", () => {
    const open = async (): Promise<Socket> => {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      await Promise.all([once(socket, "connect"), once(app.server, "connection")]);
      return socket;
    };
    const written = async (socket: Socket, text: string) => {
      socket.write(text);
      await delay(20);
    };
    const answered = async (socket: Socket) => {
      socket.write("GET / HTTP/1.1\r\nHost: hello\r\n\r\n");
      await once(socket, "data");
    };
    const cases: [what: string, use: (socket: Socket) => Promise<unknown>][] = [
      ["a connection that was never used", async () => undefined],
      ["a connection that is kept for another request", answered],
      ["half a request line", (socket) => written(socket, "GE")],
      ["half a head", (socket) => written(socket, "GET / HTTP/1.1\r\nHost: hello\r\n")],
      ["half a request after another", (socket) => answered(socket).then(() => written(socket, "GET /"))],
    ];
    for (const [what, use] of cases) {
      it(what, async () => {
        const shutDown = await start({ drainMs: 30, deadlineMs: 5000 });
        const socket = await open();
        await use(socket);
        assert.equal(await shutDown(), true);
        socket.destroy();
      });
    }

    it("but not a request that is being answered", async () => {
      const shutDown = await start({ drainMs: 30, deadlineMs: 5000 });
      await open();
      const begun = once(slowly, "arrived");
      const slow = ask("slow");
      await begun;
      const ended = shutDown();
      assert.equal((await slow).statusCode, 200);
      assert.equal(await ended, true);
    });
  });
});
