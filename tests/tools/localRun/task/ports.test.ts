import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import {
  PortAllocator,
  saysPortTaken,
  translateAddresses,
  translateEnvironment,
} from "../../../../tools/localRun/task/ports";

describe("ports of this machine", () => {
  it("are free by both protocols, and never handed out twice", async () => {
    const allocator = new PortAllocator();
    const first = await allocator.allocate([8080, 2000, 8080]);
    const second = await allocator.allocate([8080, 2000]);
    assert.deepEqual([...first.keys(), ...second.keys()], [8080, 2000, 8080, 2000]);
    const locals = [...first.values(), ...second.values()];
    assert.equal(new Set(locals).size, 4);
    for (const port of locals) {
      const tcp = createServer().listen(port, "0.0.0.0");
      const udp = createSocket("udp4").bind(port, "0.0.0.0");
      await Promise.all([once(tcp, "listening"), once(udp, "listening")]);
      tcp.close();
      udp.close();
    }
  });

  it("are said to be taken by programs of all kinds", () => {
    const logs: [taken: boolean, ...log: string[]][] = [
      [true, "starting", "Error: listen EADDRINUSE: address already in use 127.0.0.1:8080"],
      [true, "bind EADDRINUSE 127.0.0.1:2000"],
      [true, "listen tcp 127.0.0.1:2000: bind: address already in use"],
      [false],
      [false, "connect ECONNREFUSED 127.0.0.1:2000"],
    ];
    for (const [taken, ...log] of logs) assert.equal(saysPortTaken(log), taken);
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
      ["tcp:localhost:2000 udp:127.0.0.1:2000", "tcp:127.0.0.1:9002 udp:127.0.0.1:9002"],
      ["http://0.0.0.0:8080/health", "http://127.0.0.1:9001/health"],
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
