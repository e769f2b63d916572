import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { callHttp } from "../../../app/tracing";

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
});
