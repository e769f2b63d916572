import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { start, TestProcess, typescript } from "../../../processes/testProcess";

/** The processes which a process has started and which are still there. */
function childrenOf(pid: number | undefined): number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("npm start", () => {
  it("previews the dev stack, runs its task, checks it, keeps it on request and stops it on Ctrl-C", async () => {
    const run = start("--keep");
    await run.prints(/Keeps running: /);
    const origin = /Keeps running: (\S+)\//.exec(run.output)?.[1] ?? "";
    assert.equal(await (await fetch(`${origin}/`)).text(), "Hello X-Ray!");
    await run.prints(/its traces: /);
    const page = /its traces: (\S+)/.exec(run.output)?.[1] ?? "";
    assert.match(await (await fetch(page)).text(), /traced-fargate-dev-hello/);
    assert.match(await (await fetch(`${page}network.svg`)).text(), /Stack dev when pulumi up has returned/);
    // The app and the daemon's stand-in, and perhaps a health check.
    const processes = childrenOf(run.child.pid);
    assert.ok(processes.length >= 2);

    run.child.kill("SIGINT");
    assert.deepEqual(await run.exited, [0, null], run.output + run.errors);
    assert.deepEqual(processes.filter(isAlive), []);
    await assert.rejects(fetch(`${origin}/`));
    await assert.rejects(fetch(page));

    for (const expected of [
      /^Preview of stack dev \(all of it: npm run preview\)$/m,
      /^ {2}resources {2}\d+ to create: network \d+, hello \d+, /m,
      /^ {2}cost {7}\$62\.43 a month /m,
      /^ {2}checks {5}\d+ passed: addresses, log retention, /m,
      /^ {2}passed {2}GET http:\/\/127\.0\.0\.1:\d+\/ answered 200 Hello X-Ray!$/m,
      /^ {2}passed {2}1 segment delivered: [0-9a-f]{16} of trace\n {10}1-[0-9a-f]{8}-[0-9a-f]{24}, traced-fargate-dev-hello$/m,
      /^ {2}passed {2}100 requests, 0 failed: \d+ requests\/s, latency p50 /m,
      /^ {2}passed {2}\d+ of 100 traced; the rule Default \(1\/s \+ 5 %\) allows 1 to \d+$/m,
      /^ {2}npm run load -- --local$/m,
      /^ {2}passed {2}hello and xray-daemon ended with code 0$/m,
      /^Stack dev on this machine: 6 passed, 0 failed, after \d+\.\d s$/m,
    ]) {
      assert.match(run.output, expected);
    }
    assert.doesNotMatch(run.output, /FAILED/);
  });

  /** What the person sees fits the screen; work that takes longer on a busy machine is told of again. */
  function assertFits(run: TestProcess): void {
    const lines = run.output
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("  still "));
    assert.ok(lines.length <= 42, `${lines.length} lines:\n${run.output}`);
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
  }

  it("leaves no process behind when SIGTERM comes while it runs, and says so by its exit code", async () => {
    const run = start();
    await run.prints(/ {2}starting /);
    // Until there is something to leave behind.
    while (childrenOf(run.child.pid).length < 2) await sleep(20);
    const processes = childrenOf(run.child.pid);
    run.child.kill("SIGTERM");
    assert.deepEqual(await run.exited, [143, null], run.output + run.errors);
    assert.deepEqual(processes.filter(isAlive), []);
    assert.match(run.output, /\nInterrupted after \d+\.\d s; everything was stopped\.\n$/);
  });

  const stacks: Readonly<Record<string, readonly RegExp[]>> = {
    chain: [
      /^ {2}passed {2}GET http:\/\/127\.0\.0\.1:\d+\/ answered 200 <!doctype html>$/m,
      /^ {2}passed {2}GET http:\/\/127\.0\.0\.1:\d+\/now answered 200 \{"currentDate":"\d{4}\/.*…$/m,
      /^ {2}passed {2}3 segments delivered, one trace: 1-[0-9a-f]{8}-[0-9a-f]{24}\n {12}bff +\d+ ms, from 0 ms$/m,
      /^ {12}└─ combine .*\n.*├─ date \(remote\) .*\n.*└─ date .*\n.*└─ DynamoDB PutItem \(aws\) /m,
      /^ {15}└─ time \(remote\) .*\n.*└─ time .*\n.*├─ DynamoDB PutItem \(aws\) .*\n.*└─ format /m,
      /^ {2}passed {2}100 requests, 0 failed: \d+ requests\/s, latency p50 /m,
      /^ {2}passed {2}(\d+) of \1 sampled traces are whole$/m,
      /^ {2}passed {2}the table table-[0-9a-f]{7} holds the items of date and time$/m,
      /^ {2}passed {2}frontend, bff, 3 x xray-daemon, date and time ended with code 0$/m,
      /^Stack chain on this machine: 10 passed, 0 failed, after \d+\.\d s$/m,
    ],
    otel: [
      /^ {2}running hello \(app\/hello, target service\), otel-collector \(stand-in for the\n {10}OpenTelemetry collector\)$/m,
      /^ {2}passed {2}1 segment delivered: [0-9a-f]{16} of trace\n {10}1-[0-9a-f]{8}-[0-9a-f]{24}, traced-fargate-otel-hello$/m,
      /^ {2}passed {2}hello and otel-collector ended with code 0$/m,
      /^Stack otel on this machine: 6 passed, 0 failed, after \d+\.\d s$/m,
    ],
    packed: [
      /^ {2}running hello \(app\/hello, target packed, with a stand-in for the X-Ray daemon\)$/m,
      /^ {2}passed {2}1 segment delivered: [0-9a-f]{16} of trace\n {10}1-[0-9a-f]{8}-[0-9a-f]{24}, traced-fargate-packed-hello$/m,
      /^ {2}passed {2}hello ended with code 0$/m,
      /^Stack packed on this machine: 6 passed, 0 failed, after \d+\.\d s$/m,
    ],
    proxy: [
      /^ {2}running hello .*\n.* proxy\.example\.internal \(a proxy\)$/m,
      /^ {2}passed {2}1 segment delivered: [0-9a-f]{16} of trace\n {10}1-[0-9a-f]{8}-[0-9a-f]{24}, traced-fargate-proxy-hello$/m,
      /^ {2}passed {2}\d+ x CONNECT xray\.eu-central-1\.amazonaws\.com:443 in the log of the\n {10}proxy http:\/\/proxy\.example\.internal:3128$/m,
      /^ {2}passed {2}proxy down: 100 requests, 0 failed$/m,
      /^ {2}passed {2}proxy down: 100 segments lost: connect ECONNREFUSED 127\.0\.0\.1:\d+$/m,
      /^ {2}passed {2}proxy back: the segment of the next request was delivered$/m,
      /^Stack proxy on this machine: 10 passed, 0 failed, after \d+\.\d s$/m,
    ],
  };
  for (const [stack, lines] of Object.entries(stacks)) {
    it(`runs the stack ${stack} and checks what it is for`, async () => {
      const run = start("--stack", stack);
      assert.deepEqual(await run.exited, [0, null], run.output + run.errors);
      for (const line of lines) assert.match(run.output, line);
      assertFits(run);
      assert.doesNotMatch(run.output, /FAILED/);
    });
  }

  it("runs twice at once, of the same stack and of another, also when -- is forgotten", async () => {
    const env = { ...process.env, npm_config_stack: "packed" };
    const runs = [start(), start(), new TestProcess(typescript("tools/start.ts"), { env })];
    for (const run of runs) {
      assert.deepEqual(await run.exited, [0, null], run.output + run.errors);
      assertFits(run);
    }
    const summaries = runs.map((run) => /^Stack (.*): \d+ passed, 0 failed, /m.exec(run.output)?.[1]);
    assert.deepEqual(summaries, ["dev on this machine", "dev on this machine", "packed on this machine"]);
  });

  const answers: Readonly<Record<string, readonly [args: string[], code: number, errors: RegExp]>> = {
    "an unknown option": [["--fast"], 1, /^error: unknown option --fast: allowed are [^\n]*\n$/],
    "an unknown stack": [["--stack", "no-such"], 1, /^error: unknown stack "no-such": known are [^\n]+\n$/],
    "a call for help": [["--help"], 0, /^$/],
  };
  for (const [what, [args, code, errors]] of Object.entries(answers)) {
    it(`answers ${what} at once`, async () => {
      const run = start(...args);
      assert.deepEqual(await run.exited, [code, null]);
      assert.match(run.errors, errors);
      assert.equal(run.output.startsWith("npm start [-- --stack <name>] [--keep]\n"), code === 0);
    });
  }
});
