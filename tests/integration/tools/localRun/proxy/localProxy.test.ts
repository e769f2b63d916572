import assert from "node:assert/strict";
import { defaultSamplingRule } from "../../../../../tools/localRun/checks/samplingRules";
import type { SegmentDocument } from "../../../../../tools/localRun/standIns/daemon/segmentDocument";
import { ProxyUplink } from "../../../../../tools/localRun/standIns/daemon/uplink";
import { LocalProxy, nodeProxy } from "../../../../../tools/localRun/standIns/proxy/localProxy";
import { XrayApi } from "../../../../../tools/localRun/standIns/proxy/xrayApi";
import { freePort } from "../../../../processes/freePort";

const xrayHost = "xray.eu-central-1.amazonaws.com:443";
const segment: SegmentDocument = {
  name: "hello",
  id: "70de5b6f19ff9a0a",
  start_time: 1478293361.271,
  end_time: 1478293361.449,
  trace_id: "1-581cf771-a006649127e371903a2de979",
};

describe("a proxy as a process", () => {
  it("tunnels, logs it, and can be stopped and started again", async () => {
    const delivered: SegmentDocument[] = [];
    const api = new XrayApi([defaultSamplingRule], (documents) => delivered.push(...documents));
    const port = await freePort();
    const proxy = new LocalProxy(nodeProxy, port, new Map([[xrayHost, await api.listen()]]));
    const uplink = new ProxyUplink(`http://127.0.0.1:${port}`, "eu-central-1");
    try {
      await proxy.start();
      assert.equal((await uplink.send([segment])).kind, "sent");
      assert.equal(proxy.tunnelsTo(xrayHost), 1);
      await proxy.stop();
      await proxy.stop();
      assert.equal((await uplink.send([segment])).kind, "lost");
      await proxy.start();
      assert.equal((await uplink.send([segment])).kind, "sent");
      assert.equal(proxy.tunnelsTo(xrayHost), 2);
      assert.equal(delivered.length, 2);
    } finally {
      await proxy.stop();
      await api.close();
    }
  });

  it("says why it does not start", async () => {
    const program = { description: "a proxy which ends", command: () => [process.execPath, "-e", "console.log('no')"] };
    await assert.rejects(new LocalProxy(program, await freePort(), new Map()).start(), {
      message: /^a proxy which ends does not listen on \d+\.\nno$/,
    });
    const missing = { description: "a proxy which is not there", command: () => ["/no/such/proxy"] };
    await assert.rejects(new LocalProxy(missing, await freePort(), new Map()).start(), {
      message: /^a proxy which is not there does not listen on \d+\.\nspawn \/no\/such\/proxy ENOENT$/,
    });
  });
});
