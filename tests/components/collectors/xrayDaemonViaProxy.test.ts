import assert from "node:assert/strict";
import { xrayDaemonViaProxy } from "../../../components/collectors/xrayDaemonViaProxy";
import { daemonSettings } from "./daemonSettings";

describe("the X-Ray daemon via a proxy", () => {
  const table: [proxyUrl: string, proxyCidr: string, reached: { cidr: string; port: number }, host: string][] = [
    ["http://proxy.internal:3128", "10.1.0.0/28", { cidr: "10.1.0.0/28", port: 3128 }, "proxy.internal"],
    ["https://10.1.0.5:8443", "", { cidr: "10.1.0.5/32", port: 8443 }, "10.1.0.5"],
  ];
  for (const [proxyUrl, proxyCidr, reached, host] of table) {
    it(`reaches ${reached.cidr} for ${proxyUrl}`, () => {
      const { egress, hosts } = xrayDaemonViaProxy({ ...daemonSettings, proxyUrl, proxyCidr });
      assert.deepEqual(egress, [{ ...reached, description: "X-Ray through the proxy" }]);
      assert.deepEqual(hosts, [host]);
    });
  }
});
