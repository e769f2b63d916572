import assert from "node:assert/strict";
import { sendRequests } from "../../../tools/localRun/checks/requests";
import { isWhole } from "../../../tools/localRun/checks/serviceChecks";
import { nodeProxy } from "../../../tools/localRun/standIns/localProxy";
import { byTrace } from "../../../tools/traces/segments";
import { startStack } from "../chain/localChain";
import { requireTool } from "../tools";
import { LocalXray } from "./xrayDaemon";

const requests = 200;
const xrayHost = "xray.eu-central-1.amazonaws.com:443";

describe("the stacks with AWS's X-Ray daemon", function () {
  this.timeout(120_000);
  let path: string;
  before(function () {
    path = requireTool(this, "xray-daemon");
  });

  for (const name of ["dev", "proxy", "packed", "chain"]) {
    it(`${name}: every trace of ${requests} requests arrives whole at X-Ray`, async () => {
      const xray = await LocalXray.open({ tls: name === "proxy" });
      const stack = await startStack(name, {
        daemon: xray.daemon(path),
        proxyProgram: { ...nodeProxy, command: (port) => nodeProxy.command(port, new Map([[xrayHost, xray.address]])) },
      });
      try {
        const service = stack.services.find(({ expectation }) => expectation.trace !== undefined);
        assert.ok(service);
        const { answers, trace = [] } = service.expectation;
        const { signal } = new AbortController();
        const header = { "x-amzn-trace-id": "Sampled=1" };
        const { failures } = await sendRequests(service, answers[0], requests, signal, header);
        assert.deepEqual(failures, []);
        const traces = [...byTrace(await xray.settle()).values()];
        const broken = traces.filter((segments) => !isWhole(segments, service.containerOf, trace));
        assert.deepEqual([traces.length, broken], [requests, []]);
        assert.ok(xray.countCalls("POST /GetSamplingRules") > 0 && xray.countCalls("POST /TraceSegments") > 0);
      } finally {
        const stops = await stack.stop();
        await xray.close();
        assert.deepEqual(
          stops.map(({ container, code, killed }) => [container.name, code, killed]),
          stops.map(({ container }) => [container.name, 0, false]),
        );
      }
    });
  }
});
