import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "proxy-chain";
import { evaluateStack } from "../../../tools/evaluation/evaluate";
import type { Evaluation } from "../../../tools/evaluation/evaluation";
import { runLocally } from "../../../tools/localRun/run";
import { startConnectProxy } from "../../../tools/localRun/standIns/connectProxy";
import type { ProxyProgram } from "../../../tools/localRun/standIns/localProxy";
import { testScreen } from "../../processes/testScreen";
import { requireTool } from "../tools";

const root = join(__dirname, "../../..");
const xrayHost = "xray.eu-central-1.amazonaws.com";

/** A proxy of Debian's, and how it is told to listen and to send everything on to the internet's stand-in. */
interface DebianProxy {
  readonly tool: "tinyproxy" | "squid";
  readonly arguments: (configuration: string) => readonly string[];
  readonly configuration: (port: number, internetPort: number) => readonly string[];
}

const proxies: readonly DebianProxy[] = [
  {
    tool: "tinyproxy",
    arguments: (configuration) => ["-d", "-c", configuration],
    configuration: (port, internetPort) => [
      `Port ${port}`,
      "Listen 127.0.0.1",
      "Allow 127.0.0.1",
      "ConnectPort 443",
      "LogLevel Connect",
      `Upstream http 127.0.0.1:${internetPort}`,
    ],
  },
  {
    tool: "squid",
    // Debugging goes to stderr: squid gives up its rights and could not open the log of another user.
    arguments: (configuration) => ["-N", "-d", "2", "-f", configuration],
    configuration: (port, internetPort) => [
      `http_port 127.0.0.1:${port}`,
      `acl xray dstdomain ${xrayHost}`,
      "acl https port 443",
      "http_access deny !https",
      "http_access allow xray",
      "http_access deny all",
      `cache_peer 127.0.0.1 parent ${internetPort} 0 no-query no-digest default`,
      "never_direct allow all",
      "cache deny all",
      "access_log none",
      "cache_log /dev/null",
      "debug_options ALL,0 11,2",
      "pid_filename none",
      "shutdown_lifetime 0 seconds",
    ],
  },
];

for (const { tool, arguments: argumentsOf, configuration } of proxies) {
  describe(`stack proxy through ${tool}`, () => {
    let path: string;
    let evaluation: Evaluation;
    let directory: string;
    const internetLog: string[] = [];
    let internet: Server | undefined;
    before(async function () {
      path = requireTool(this, tool);
      evaluation = await evaluateStack("proxy", root);
      directory = mkdtempSync(join(tmpdir(), "debian-proxy-"));
    });
    after(async () => {
      await internet?.close(true);
      if (directory !== undefined) rmSync(directory, { recursive: true });
    });

    it("delivers traces with the proxy, serves without it, and delivers again", async () => {
      // The proxy's own upstream knows which name leads where; the proxy itself only passes names on.
      const hosts = new Map<string, string>();
      const proxy = await startConnectProxy(0, hosts, (line) => internetLog.push(line));
      internet = proxy;
      const program: ProxyProgram = {
        description: tool,
        command: (port, reachable) => {
          for (const [host, here] of reachable) hosts.set(host, here);
          const file = join(directory, `${tool}.conf`);
          writeFileSync(file, `${configuration(port, proxy.port).join("\n")}\n`);
          return [path, ...argumentsOf(file)];
        },
      };
      const output: string[] = [];
      const never = new AbortController().signal;
      const { checks } = await runLocally({
        program: evaluation,
        projectDirectory: root,
        proxyProgram: program,
        interrupted: never,
        killed: never,
        screen: testScreen((line) => output.push(line)),
      });
      const log = output.join("\n");
      assert.deepEqual(
        checks.filter(({ passed }) => !passed),
        [],
        log,
      );
      assert.match(log, new RegExp(`^ {2}running .*, proxy\\.example\\.internal \\(${tool}\\)$`, "m"));
      assert.match(log, new RegExp(`^ {2}passed {2}[1-9]\\d* x CONNECT ${xrayHost}:443 in the log of the proxy `, "m"));
      assert.match(log, /^ {2}passed {2}proxy down: 100 requests, 0 failed$/m);
      assert.match(log, /^ {2}passed {2}proxy down: 100 segments lost: connect ECONNREFUSED 127\.0\.0\.1:\d+$/m);
      assert.ok(internetLog.length > 0);
      assert.deepEqual(
        internetLog.filter((line) => line !== `CONNECT ${xrayHost}:443 200`),
        [],
      );
    });
  });
}
