import { nodeProxy } from "../../../tools/localRun/standIns/localProxy";
import { startStack } from "../chain/localChain";
import { requireTool } from "../tools";
import { assertWholeTraces } from "./arrivals";
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
      await assertWholeTraces(stack, xray, requests);
    });
  }
});
