import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { main, probe } from "../../../app/tracing/probe";
import { freePort } from "../../../tools/localRun/task/ports";
import { HeldTimers } from "../../processes/heldTimers";
import { LocalServer } from "../../processes/localServer";

const pauseMs = 1000;

describe("probe", () => {
  let daemon: LocalServer;
  let answer: RequestListener;
  let address: string;
  let said: string[];
  beforeEach(async () => {
    said = [];
    daemon = await new LocalServer((request, response) => answer(request, response)).listen();
    address = `127.0.0.1:${daemon.port}`;
  });
  afterEach(() => daemon.close());

  /** Asks, and lets so many pauses pass. */
  async function ask(deadlineMs: number, pauses: number): Promise<boolean> {
    const timers = new HeldTimers(pauseMs);
    const say = (line: string) => said.push(line);
    const answered = probe({ AWS_XRAY_DAEMON_ADDRESS: address }, say, { deadlineMs, pauseMs });
    for (let count = 0; count < pauses; count++) await timers.pass(pauseMs);
    return answered.finally(() => timers.restore());
  }

  it("passes when X-Ray answers the call for its sampling rules", async () => {
    const asked: (string | undefined)[] = [];
    answer = async (request, response) => {
      asked.push(request.method, request.url, (await request.toArray()).join(""));
      response.end('{"SamplingRuleRecords":[]}');
    };
    assert.equal(await ask(0, 0), true);
    assert.deepEqual(asked, ["POST", "/GetSamplingRules", "{}"]);
    assert.deepEqual(said, [`X-Ray answered through http://${address}/GetSamplingRules`]);
  });

  it("asks again after a pause while the task's network and credentials come up", async () => {
    const statuses = [502, 502, 200];
    answer = (_request, response) => response.writeHead(statuses.shift() ?? 500).end();
    assert.equal(await ask(60_000, 2), true);
    assert.deepEqual(statuses, []);
  });

  it("fails with X-Ray's answer when the role is refused", async () => {
    answer = (_request, response) => response.writeHead(403).end('{"message":"not authorized"}\n');
    assert.equal(await ask(0, 1), false);
    assert.deepEqual(said, [
      `X-Ray did not answer through http://${address}/GetSamplingRules within 0 s: 403 {"message":"not authorized"}`,
    ]);
  });

  it("fails with the reason when there is no daemon", async () => {
    address = `127.0.0.1:${await freePort()}`;
    assert.equal(await ask(0, 1), false);
    assert.match(said.join(), /^X-Ray did not answer through http:\S+ within 0 s: connect ECONNREFUSED /);
  });

  for (const [what, daemonAddress, code] of [
    ["0 when X-Ray answered", () => address, 0],
    ["1 when the daemon's address is wrong", () => "nowhere", 1],
  ] as const) {
    it(`ends its process with ${what}`, async () => {
      const before = { ...process.env };
      answer = (_request, response) => response.end("{}");
      process.env.AWS_XRAY_DAEMON_ADDRESS = daemonAddress();
      await main();
      assert.equal(process.exitCode, code);
      process.env = before;
      process.exitCode = undefined;
    });
  }
});
