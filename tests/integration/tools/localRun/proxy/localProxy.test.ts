import assert from "node:assert/strict";
import { connect } from "node:net";
import { LocalProxy, nodeProxy } from "../../../../../tools/localRun/standIns/localProxy";
import { freePort } from "../../../../../tools/localRun/task/ports";

describe("a proxy as a process", () => {
  it("logs what it is asked for, and can be stopped and started again", async () => {
    const port = await freePort();
    const proxy = new LocalProxy(nodeProxy, port, new Map());
    const ask = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1").on("error", reject);
        socket.once("data", (data) => resolve(data.toString()));
        socket.write("CONNECT xray:443 HTTP/1.1\r\nHost: xray:443\r\n\r\n");
      });
    try {
      await proxy.start();
      assert.match(await ask(), /^HTTP\/1\.1 403 /);
      await proxy.stop();
      await proxy.stop();
      await assert.rejects(ask(), { code: "ECONNREFUSED" });
      await proxy.start();
      await ask();
      assert.equal(proxy.tunnelsTo("xray:443"), 2);
    } finally {
      await proxy.stop();
    }
  });

  const failures: Readonly<Record<string, readonly [command: readonly string[], log: string]>> = {
    "which ends": [[process.execPath, "-e", "console.log('no')"], "no"],
    "which is not there": [["/no/such/proxy"], "spawn /no/such/proxy ENOENT"],
  };
  for (const [what, [command, log]] of Object.entries(failures)) {
    it(`${what} says why`, async () => {
      const port = await freePort();
      const program = { description: "a proxy", command: () => command };
      await assert.rejects(new LocalProxy(program, port, new Map()).start(), {
        message: `a proxy does not listen on ${port}.\n${log}`,
      });
    });
  }
});
