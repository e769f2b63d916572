import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { mock } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import { prepareShutdown } from "../../../app/service/shutdown";

const drainMs = 12_000;
const deadlineMs = 25_000;
const turn = () => new Promise(setImmediate);

describe("prepareShutdown", () => {
  let app: FastifyInstance;
  let port: number;
  let shutDown: () => Promise<boolean>;
  /** Emits `asked` when a request for `/slow` has come, which is answered at `answer`. */
  let slow: EventEmitter;

  beforeEach(async () => {
    slow = new EventEmitter();
    app = Fastify({ return503OnClosing: false });
    shutDown = prepareShutdown(app, { drainMs, deadlineMs });
    app.get("/", async () => "done");
    app.get("/slow", async () => {
      slow.emit("asked");
      await once(slow, "answer");
      return "done";
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    port = (app.server.address() as AddressInfo).port;
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  });
  afterEach(() => {
    mock.timers.reset();
    // What a failed test leaves open would keep the process.
    app.server.close().closeAllConnections();
  });

  const pass = async (milliseconds: number) => {
    mock.timers.tick(milliseconds);
    await turn();
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path = "") =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path: `/${path}`, agent };
      get(options, (response) => resolve(response.resume())).on("error", reject);
    });
  const askSlowly = async () => {
    const asked = once(slow, "asked");
    const answer = ask("slow");
    await asked;
    return { answer };
  };

  it("answers while it drains, and tells callers to leave", async () => {
    assert.equal((await ask()).headers.connection, "keep-alive");
    const ended = shutDown();
    await pass(drainMs - 1);
    const late = await ask();
    assert.deepEqual([late.statusCode, late.headers.connection], [200, "close"]);
    await pass(1);
    assert.equal(await ended, true);
    await assert.rejects(ask(), { code: "ECONNREFUSED" });
  });

  it("waits for a request that takes longer than the draining", async () => {
    const { answer } = await askSlowly();
    const ended = shutDown();
    await pass(drainMs);
    await pass(deadlineMs - drainMs - 1);
    slow.emit("answer");
    assert.deepEqual([(await answer).statusCode, (await answer).headers.connection], [200, "close"]);
    assert.equal(await ended, true);
  });

  it("cuts off what is still open at the deadline, and says so", async () => {
    const { answer } = await askSlowly();
    const cut = assert.rejects(answer, { code: "ECONNRESET" });
    const ended = shutDown();
    await pass(drainMs);
    await pass(deadlineMs - drainMs);
    assert.equal(await ended, false);
    await cut;
  });

  /** Both ends of a connection on which this has been sent and read. */
  const open = async (text: string): Promise<[client: Socket, server: Socket]> => {
    const client = connect(port, "127.0.0.1").on("error", () => undefined);
    const [[server]] = await Promise.all([once(app.server, "connection"), once(client, "connect")]);
    client.write(text);
    while (server.bytesRead < text.length) await turn();
    return [client, server];
  };
  const whole = "GET / HTTP/1.1\r\nHost: hello\r\n\r\n";
  const cases: [what: string, text: string, when: string, waitMs: number][] = [
    ["a connection that was never used", "", "at once", 0],
    ["a connection that is kept for another request", whole, "at once", 0],
    ["half a request line", "GE", "after a moment", 500],
    ["half a head", "GET / HTTP/1.1\r\nHost: hello\r\n", "after a moment", 500],
    ["half a request after another", `${whole}GET /`, "after a moment", 500],
  ];
  for (const [what, text, when, waitMs] of cases) {
    it(`closes ${what} ${when}`, async () => {
      const [, server] = await open(text);
      const ended = shutDown();
      await pass(drainMs - 1);
      assert.equal(server.destroyed, false);
      await pass(1);
      assert.equal(server.destroyed, waitMs === 0);
      await pass(450);
      assert.equal(server.destroyed, waitMs === 0);
      await pass(50);
      assert.equal(await ended, true);
    });
  }

  it("answers a request whose head was under way when the draining was over", async () => {
    const [client] = await open("GET / HTTP/1.1\r\nHost: hello\r\n");
    const ended = shutDown();
    await pass(drainMs);
    client.write("\r\n");
    const answer = (await client.setEncoding("utf8").toArray()).join("");
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n(.+\r\n)*connection: close\r\n(.+\r\n)*\r\ndone$/i);
    assert.equal(await ended, true);
  });
});
