import assert from "node:assert/strict";
import { parseProxyUrl, proxyProblem } from "../../../components/collectors/proxySettings";
import { xrayDaemonViaProxy } from "../../../components/collectors/xrayDaemonViaProxy";
import { daemonSettings } from "./daemonSettings";

describe("the settings of a proxy", () => {
  const example = "http://proxy.example.internal:3128";
  const longLabel = `http://${"a".repeat(63)}.example:3128`;
  const good: [proxyUrl: string, proxyCidr: string, reached: string, host: string, port: number][] = [
    [example, "10.1.0.0/28", "10.1.0.0/28", "proxy.example.internal", 3128],
    ["http://my-localhost:3128", "10.1.0.0/28", "10.1.0.0/28", "my-localhost", 3128],
    ["http://localhost.example:3128", "10.1.0.0/28", "10.1.0.0/28", "localhost.example", 3128],
    ["https://proxy:443/", "192.168.4.0/24", "192.168.4.0/24", "proxy", 443],
    ["http://10.1.0.5:8080", "", "10.1.0.5/32", "10.1.0.5", 8080],
    ["http://10.1.0.5:8080", "10.1.0.0/28", "10.1.0.0/28", "10.1.0.5", 8080],
    ["http://192.0.2.5:80", "", "192.0.2.5/32", "192.0.2.5", 80],
    [longLabel, "10.1.0.0/28", "10.1.0.0/28", `${"a".repeat(63)}.example`, 3128],
  ];
  for (const [proxyUrl, proxyCidr, reached, host, port] of good) {
    it(`may be ${proxyUrl} at ${proxyCidr || "its own address"}`, () => {
      assert.equal(proxyProblem(proxyUrl, proxyCidr), undefined);
      const { egress, hosts } = xrayDaemonViaProxy({ ...daemonSettings, proxyUrl, proxyCidr });
      assert.deepEqual(egress, [{ cidr: reached, port, description: "X-Ray through the proxy" }]);
      assert.deepEqual(hosts, [host]);
    });
  }

  const hosts = ["1", "0x7f.1", "127.1", "010.0.0.1", "proxy.1", "-proxy", "a..b", "proxy.", "[::1]", "pröxy"];
  const malformed = [
    ...["socks5://proxy:1080", "proxy:3128", "xhttp://proxy:3128", "http://proxy", "http://proxy:0"],
    ...["http://proxy:65536", "http://proxy:3128/path", "http://proxy:3128 -r arn"],
    ...hosts.map((host) => `http://${host}:3128`),
  ];
  const unreachable: [proxyUrl: string, range: string][] = [
    ...["LocalHost", "proxy.localhost", "localhost", "127.0.0.1"].map((host): [string, string] => [
      `http://${host}:3128`,
      "loopback",
    ]),
    ["http://169.254.170.2:80", "linkLocal"],
  ];
  const form = (url: string) => `"${url}" is not http:// or https://, a host and a port`;
  const badUrls: [proxyUrl: string, wrong: string][] = [
    ["", "is empty, but the collector sends through a proxy"],
    ...malformed.map((url): [string, string] => [url, form(url)]),
    [`http://${"a".repeat(64)}.example:3128`, form(`http://${"a".repeat(53)}...`)],
    ...unreachable.map(([url, range]): [string, string] => [
      url,
      `"${url}" is a ${range} address, where no proxy can be reached from a task`,
    ]),
  ];
  for (const [proxyUrl, wrong] of badUrls) {
    it(`may not be ${proxyUrl || "nothing"}`, () => {
      assert.deepEqual(proxyProblem(proxyUrl, "10.1.0.0/28"), { property: "proxyUrl", wrong, instead: example });
    });
  }

  const badCidrs: [proxyUrl: string, proxyCidr: string, wrong: string, instead: string][] = [
    [
      example,
      "",
      "is empty, but the security group's rule needs the addresses which the proxy's name stands for",
      "10.1.0.0/28",
    ],
    [
      example,
      "0.0.0.0/0",
      '"0.0.0.0/0" is an unspecified range, which no network can use; write private addresses, such as 10.0.0.0/16',
      "10.1.0.0/28",
    ],
    ["http://10.1.0.5:3128", "10.2.0.0/28", "10.2.0.0/28 does not hold the proxy's address 10.1.0.5", "10.1.0.5/32"],
  ];
  for (const [proxyUrl, proxyCidr, wrong, instead] of badCidrs) {
    it(`may not be ${proxyUrl} at ${proxyCidr || "no addresses"}`, () => {
      assert.deepEqual(proxyProblem(proxyUrl, proxyCidr), { property: "proxyCidr", wrong, instead });
    });
  }

  it("never repeats a user name and a password", () => {
    const problem = proxyProblem("http://me:s3cret@proxy:3128", "10.1.0.0/28");
    assert.deepEqual([problem?.property, problem?.instead], ["proxyUrl", "http://proxy:3128"]);
    assert.match(problem?.wrong ?? "", /^holds a user name or a password, .* see docs\/systems\/proxy\.md$/);
    for (const url of ["http://me:s3cret@proxy:3128", " http://me:s3cret@proxy", "-http://me:s3cret@proxy:3128/"]) {
      assert.doesNotMatch(JSON.stringify(proxyProblem(url, "10.1.0.0/28")), /s3cret/);
    }
    assert.throws(() => parseProxyUrl("http://me:s3cret@proxy:3128"), /^Error: proxyUrl holds a user name/);
  });
});
