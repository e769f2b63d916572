import assert from "node:assert/strict";
import { parseProxyUrl, proxyProblem } from "../../../components/collectors/proxySettings";

describe("the settings of a proxy", () => {
  const good: readonly [url: string, cidr: string, host: string, port: number][] = [
    ["http://proxy.example.internal:3128", "10.1.0.0/28", "proxy.example.internal", 3128],
    ["http://my-localhost:3128", "10.1.0.0/28", "my-localhost", 3128],
    ["http://localhost.example:3128", "10.1.0.0/28", "localhost.example", 3128],
    ["https://proxy:443/", "192.168.4.0/24", "proxy", 443],
    ["http://10.1.0.5:8080", "", "10.1.0.5", 8080],
    ["http://10.1.0.5:8080", "10.1.0.0/28", "10.1.0.5", 8080],
    ["http://192.0.2.5:80", "", "192.0.2.5", 80],
    [`http://${"a".repeat(63)}.example:3128`, "10.1.0.0/28", `${"a".repeat(63)}.example`, 3128],
  ];
  for (const [url, cidr, host, port] of good) {
    it(`may be ${url} at ${cidr || "its own address"}`, () => {
      assert.equal(proxyProblem(url, cidr), undefined);
      assert.deepEqual(parseProxyUrl(url), { host, port });
    });
  }

  const name = "http://proxy.example.internal:3128";
  const form = (url: string) => `"${url}" is not http:// or https://, a host and a port`;
  const nowhere = (url: string, range: string) =>
    `"${url}" is a ${range} address, where no proxy can be reached from a task`;
  const bad: readonly [
    url: string,
    cidr: string,
    property: "proxyUrl" | "proxyCidr",
    wrong: string,
    instead: string,
  ][] = [
    ["", "", "proxyUrl", "is empty, but the collector sends through a proxy", name],
    ["socks5://proxy:1080", "10.1.0.0/28", "proxyUrl", form("socks5://proxy:1080"), name],
    ["proxy:3128", "10.1.0.0/28", "proxyUrl", form("proxy:3128"), name],
    ["xhttp://proxy:3128", "10.1.0.0/28", "proxyUrl", form("xhttp://proxy:3128"), name],
    ["http://proxy", "10.1.0.0/28", "proxyUrl", form("http://proxy"), name],
    ["http://proxy:0", "10.1.0.0/28", "proxyUrl", form("http://proxy:0"), name],
    ["http://proxy:65536", "10.1.0.0/28", "proxyUrl", form("http://proxy:65536"), name],
    ["http://proxy:3128/path", "10.1.0.0/28", "proxyUrl", form("http://proxy:3128/path"), name],
    ["http://proxy:3128 -r arn", "10.1.0.0/28", "proxyUrl", form("http://proxy:3128 -r arn"), name],
    ...["1", "0x7f.1", "127.1", "010.0.0.1", "proxy.1", "-proxy", "a..b", "proxy.", "[::1]", "pröxy"].map(
      (host): [string, string, "proxyUrl", string, string] => {
        const url = `http://${host}:3128`;
        return [url, "10.1.0.0/28", "proxyUrl", form(url), name];
      },
    ),
    [`http://${"a".repeat(64)}.example:3128`, "10.1.0.0/28", "proxyUrl", form(`http://${"a".repeat(53)}...`), name],
    ["http://LocalHost:3128", "", "proxyUrl", nowhere("http://LocalHost:3128", "loopback"), name],
    ["http://proxy.localhost:3128", "", "proxyUrl", nowhere("http://proxy.localhost:3128", "loopback"), name],
    ["http://127.0.0.1:3128", "", "proxyUrl", nowhere("http://127.0.0.1:3128", "loopback"), name],
    ["http://localhost:3128", "", "proxyUrl", nowhere("http://localhost:3128", "loopback"), name],
    ["http://169.254.170.2:80", "", "proxyUrl", nowhere("http://169.254.170.2:80", "linkLocal"), name],
    [
      name,
      "",
      "proxyCidr",
      "is empty, but the security group's rule needs the addresses which the proxy's name stands for",
      "10.1.0.0/28",
    ],
    [
      name,
      "0.0.0.0/0",
      "proxyCidr",
      '"0.0.0.0/0" is an unspecified range, which no network can use; write private addresses, such as 10.0.0.0/16',
      "10.1.0.0/28",
    ],
    [
      "http://10.1.0.5:3128",
      "10.2.0.0/28",
      "proxyCidr",
      "10.2.0.0/28 does not hold the proxy's address 10.1.0.5",
      "10.1.0.5/32",
    ],
  ];
  for (const [url, cidr, property, wrong, instead] of bad) {
    it(`may not be ${url || "nothing"} at ${cidr || "no addresses"}`, () => {
      assert.deepEqual(proxyProblem(url, cidr), { property, wrong, instead });
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
