import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { callHttp } from "../../../app/tracing";
import { freePort } from "../../../tools/localRun/task/ports";
import { HeldTimers } from "../../processes/heldTimers";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const HALF = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
const ok = (socket: Socket) => socket.write(OK);
const reset = (socket: Socket) => socket.resetAndDestroy();
const half = (socket: Socket) => socket.write(HALF, () => socket.resetAndDestroy());

describe("callHttp", () => {
  const again: [title: string, answers: ((socket: Socket) => unknown)[], second: string][] = [
    ["asks once more over a new connection when a used one turns out to be closed", [ok, reset, ok], "ok"],
    ["does not go on asking when a new connection is reset, too", [ok, reset, reset], "ECONNRESET"],
    ["does not ask again when an answer has begun, because the request has had its effects", [ok, half], "ECONNRESET"],
  ];
  for (const [title, answers, second] of again) {
    it(title, async () => {
      const sockets: Socket[] = [];
      const left = [...answers];
      const server = createServer((socket) => {
        sockets.push(socket.on("data", () => left.shift()?.(socket)).on("error", () => undefined));
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const call = () => callHttp({ name: "fickle", url, timeoutMs: 1000 });
      assert.equal((await call()).body, "ok");
      const { body } = await call().catch(({ code }) => ({ body: code }));
      assert.deepEqual([body, left], [second, []]);
      for (const socket of sockets) socket.destroy();
      server.close();
    });
  }

  describe("when nobody is reached", () => {
    let timers: HeldTimers;
    let url: URL;
    beforeEach(async () => {
      url = new URL(`http://localhost:${await freePort()}/`);
      timers = new HeldTimers(150, 3000);
    });
    afterEach(() => timers.restore());

    it("looks the name up anew, because a task may have been replaced", async () => {
      const server = createServer((socket) => socket.on("data", () => socket.end(OK)));
      const call = callHttp({ name: "replaced", url, timeoutMs: 3000 });
      await timers.find(150);
      await once(server.listen(Number(url.port), "localhost"), "listening");
      await timers.pass(150);
      assert.equal((await call.finally(() => server.close())).body, "ok");
    });

    it("gives up after the third attempt", async () => {
      const call = assert.rejects(callHttp({ name: "gone", url, timeoutMs: 3000 }), { code: "ECONNREFUSED" });
      await timers.pass(150);
      await timers.pass(150);
      await call;
    });

    it("gives up in time also between two attempts", async () => {
      const call = assert.rejects(callHttp({ name: "gone", url, timeoutMs: 3000 }), { name: "CallTimeout" });
      await timers.find(150);
      await timers.pass(3000);
      await call;
    });
  });
});
