import assert from "node:assert/strict";
import { Sampler } from "../../../../app/tracing/xray/sampler";
import { SamplingPoller } from "../../../../app/tracing/xray/samplingPoller";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/sampling";
import { DaemonStandIn } from "../../../../tools/localRun/standIns/daemon/daemon";

describe("the daemon stand-in", () => {
  it("answers what a service asks about sampling", async () => {
    const events: string[] = [];
    const daemon = new DaemonStandIn({
      udp: { host: "127.0.0.1", port: 0 },
      tcp: { host: "127.0.0.1", port: 0 },
      rules: [defaultSamplingRule],
      onEvent: (event) => {
        if (event.kind === "asked") events.push(`${event.operation} ${event.status}`);
      },
    });
    const ports = await daemon.listen();
    let now = Date.now() / 1000;
    const sampler = new Sampler(
      () => now,
      () => 0.5,
    );
    const service = { name: "hello", type: undefined };
    const poller = new SamplingPoller(
      sampler,
      service,
      { host: "127.0.0.1", port: ports.tcpPort },
      assert.fail,
      () => now,
    );
    await poller.poll();
    const request = { host: "hello", httpMethod: "GET", urlPath: "/" };
    assert.equal(sampler.decide(request), "Default");
    now += 10;
    await poller.poll();
    // What X-Ray has granted is there, and does not end with this second.
    assert.deepEqual([sampler.decide(request), sampler.decide(request)], ["Default", false]);
    // The rules of the stand-in may be of this very second, and so are asked for again.
    assert.deepEqual(events.slice(0, 2), ["POST /GetSamplingRules 200", "POST /SamplingTargets 200"]);
    await daemon.close();
  });
});
