import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { PortAllocator, translateAddresses, translateEnvironment } from "../../../../tools/localRun/task/ports";
import { freePort } from "../../../processes/freePort";

describe("ports of this machine", () => {
  it("are the task's own where they are free, and others where one of the protocols is taken", async () => {
    const tcp = createServer().listen(0, "0.0.0.0");
    const udp = createSocket("udp4").bind(0, "0.0.0.0");
    await Promise.all([once(tcp, "listening"), once(udp, "listening")]);
    const address = tcp.address();
    const takenTcp = typeof address === "object" && address !== null ? address.port : 0;
    const takenUdp = udp.address().port;
    const free = await freePort();
    try {
      const ports = await new PortAllocator().allocate([takenTcp, takenUdp, free]);
      const locals = [...ports.values()];
      assert.deepEqual([...ports.keys()], [takenTcp, takenUdp, free]);
      assert.equal(ports.get(free), free);
      assert.ok(ports.get(takenTcp) !== takenTcp && ports.get(takenUdp) !== takenUdp);
      assert.equal(new Set(locals).size, 3);
    } finally {
      tcp.close();
      udp.close();
    }
  });

  it("are never handed out twice", async () => {
    const allocator = new PortAllocator();
    const port = await freePort();
    const first = await allocator.allocate([port, port]);
    const second = await allocator.allocate([port, port]);
    assert.equal(first.get(port), port);
    assert.notEqual(second.get(port), port);
  });

  it("replace those in addresses of the task's own and of services by their names, and nowhere else", () => {
    const ports = new Map([
      [2000, 9002],
      [8080, 9001],
    ]);
    const hosts = new Map([["date.chain.internal", new Map([[8080, 9003]])]]);
    const cases: [text: string, expected: string][] = [
      ["http://date.chain.internal:8080/now", "http://127.0.0.1:9003/now"],
      ["http://date.chain.internal:9000", "http://date.chain.internal:9000"],
      ["http://update.chain.internal:8080", "http://update.chain.internal:8080"],
      ["127.0.0.1:2000", "127.0.0.1:9002"],
      ["tcp:localhost:2000 udp:127.0.0.1:2000", "tcp:localhost:9002 udp:127.0.0.1:9002"],
      ["http://0.0.0.0:8080/health", "http://0.0.0.0:9001/health"],
      ["127.0.0.1:20000", "127.0.0.1:20000"],
      ["10.0.3.7:2000", "10.0.3.7:2000"],
      ["a budget of 2000", "a budget of 2000"],
      ["2000", "2000"],
    ];
    assert.deepEqual(
      cases.map(([text]) => translateAddresses(text, { ports, hosts })),
      cases.map(([, expected]) => expected),
    );
    assert.deepEqual(
      translateEnvironment(
        { PORT: "8080", METRICS_PORT: "2000", SUPPORT: "2000", OTHER_PORT: "3000" },
        { ports, hosts },
      ),
      { PORT: "9001", METRICS_PORT: "9002", SUPPORT: "2000", OTHER_PORT: "3000" },
    );
  });
});
