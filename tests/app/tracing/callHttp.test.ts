import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { callHttp } from "../../../app/tracing";
import { freePort } from "../../processes/freePort";

describe("callHttp", () => {
  /** A server which answers the first request of a connection, and closes it when the second arrives. */
  async function startFickleServer(answersAfterwards: boolean) {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      let requests = 0;
      socket.on("data", () => {
        requests++;
        const good = requests === 1 && (sockets.length === 1 || answersAfterwards);
        if (good) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        else socket.resetAndDestroy();
      });
      socket.on("error", () => undefined);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return { url, sockets, close: () => server.close() };
  }

  it("asks once more over a new connection when a used one turns out to be closed", async () => {
    const { url, sockets, close } = await startFickleServer(true);
    const call = { name: "fickle", url, timeoutMs: 1000 };
    assert.equal((await callHttp(call)).body, "ok");
    assert.equal((await callHttp(call)).body, "ok");
    assert.equal(sockets.length, 2);
    for (const socket of sockets) socket.destroy();
    close();
  });

  it("does not go on asking when a new connection is reset, too", async () => {
    const { url, sockets, close } = await startFickleServer(false);
    const call = { name: "fickle", url, timeoutMs: 1000 };
    await callHttp(call);
    await assert.rejects(callHttp(call), { code: "ECONNRESET" });
    assert.equal(sockets.length, 2);
    close();
  });

  it("does not ask again when an answer has begun, because the request has had its effects", async () => {
    let asked = 0;
    const server = createServer((socket) => {
      let requests = 0;
      socket.on("data", () => {
        asked++;
        requests++;
        if (requests === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", () => socket.resetAndDestroy());
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const call = { name: "half", url, timeoutMs: 1000 };
    await callHttp(call);
    const repeated = callHttp(call).finally(() => server.close());
    await assert.rejects(repeated, { code: "ECONNRESET" });
    assert.equal(asked, 2);
  });

  it("looks the name up anew when nobody was reached, as when a task was replaced", async () => {
    const port = await freePort();
    const server = createServer((socket) => {
      socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    });
    const call = callHttp({ name: "replaced", url: new URL(`http://localhost:${port}/`), timeoutMs: 2000 });
    setTimeout(() => server.listen(port, "localhost"), 50);
    assert.equal((await call.finally(() => server.close())).body, "ok");
  });

  it("gives up in time also between two attempts", async () => {
    const url = new URL(`http://127.0.0.1:${await freePort()}/`);
    await assert.rejects(callHttp({ name: "gone", url, timeoutMs: 60 }), { name: "CallTimeout" });
    await assert.rejects(callHttp({ name: "gone", url, timeoutMs: 2000 }), { code: "ECONNREFUSED" });
  });
});
