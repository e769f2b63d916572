import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { mock } from "node:test";
import { main, probe } from "../../../app/tracing/probe";
import { LocalServer } from "../../processes/localServer";

describe("probe", () => {
  let daemon: LocalServer;
  let answer: RequestListener;
  let address: string;
  const said: string[] = [];
  /** Unlike the delays of any other timer of this process. */
  const pauseMs = 13;
  const ask = (deadlineMs = 60) =>
    probe({ AWS_XRAY_DAEMON_ADDRESS: address }, (line) => said.push(line), { deadlineMs, pauseMs });

  beforeEach(async () => {
    said.length = 0;
    daemon = await new LocalServer((request, response) => answer(request, response)).listen();
    address = `127.0.0.1:${daemon.port}`;
  });
  afterEach(() => daemon.close());

  it("passes when X-Ray answers the call for its sampling rules", async () => {
    const asked: (string | undefined)[] = [];
    answer = async (request, response) => {
      asked.push(request.method, request.url, (await request.toArray()).join(""));
      response.end('{"SamplingRuleRecords":[]}');
    };
    assert.equal(await ask(), true);
    assert.deepEqual(asked, ["POST", "/GetSamplingRules", "{}"]);
    assert.deepEqual(said, [`X-Ray answered through http://${address}/GetSamplingRules`]);
  });

  it("asks again after a pause while the task's network and credentials come up", async () => {
    let count = 0;
    const timers = mock.method(globalThis, "setTimeout");
    answer = (_request, response) => {
      count += 1;
      response.writeHead(count < 3 ? 502 : 200).end();
    };
    try {
      assert.equal(await ask(5_000), true);
    } finally {
      timers.mock.restore();
    }
    assert.equal(count, 3);
    assert.equal(timers.mock.calls.filter(({ arguments: [, delayMs] }) => delayMs === pauseMs).length, 2);
  });

  it("fails with X-Ray's answer when the role is refused", async () => {
    answer = (_request, response) => response.writeHead(403).end('{"message":"not authorized"}\n');
    assert.equal(await ask(), false);
    assert.deepEqual(said, [
      `X-Ray did not answer through http://${address}/GetSamplingRules within 0.06 s: 403 {"message":"not authorized"}`,
    ]);
  });

  it("fails with the reason when there is no daemon", async () => {
    answer = (request) => request.socket.destroy();
    address = `tcp:127.0.0.1:9 udp:127.0.0.1:${daemon.port}`;
    assert.equal(await ask(), false);
    assert.match(
      said.join(),
      /through http:\/\/127\.0\.0\.1:9\/GetSamplingRules within 0\.06 s: .*(ECONNREFUSED|bad port)/,
    );
  });

  describe("as a process", () => {
    const { AWS_XRAY_DAEMON_ADDRESS: before, ...rest } = process.env;
    afterEach(() => {
      process.env = { ...rest, ...(before === undefined ? {} : { AWS_XRAY_DAEMON_ADDRESS: before }) };
      process.exitCode = undefined;
    });

    it("ends with 0 when X-Ray answered", async () => {
      answer = (_request, response) => response.end("{}");
      process.env.AWS_XRAY_DAEMON_ADDRESS = address;
      await main();
      assert.equal(process.exitCode, 0);
    });

    it("ends with 1 and one line when the daemon's address is wrong", async () => {
      process.env.AWS_XRAY_DAEMON_ADDRESS = "nowhere";
      await main();
      assert.equal(process.exitCode, 1);
    });
  });
});
