import assert from "node:assert/strict";
import { start } from "../../../processes/testProcess";

describe("npm start", () => {
  const stacks: Readonly<Record<string, readonly RegExp[]>> = {
    chain: [
      /^ {2}passed {2}GET http:\/\/127\.0\.0\.1:\d+\/ answered 200 <!doctype html>$/m,
      /^ {2}passed {2}GET http:\/\/127\.0\.0\.1:\d+\/now answered 200 \{"currentDate":"\d{4}\/\d\d\/\d\d","currentTime":"\d\d:/m,
      /^ {2}passed {2}3 segments delivered, which make one trace, 1-[0-9a-f]{8}-[0-9a-f]{24}:\n {12}bff +\d+ ms, from 0 ms$/m,
      /^ {12}└─ combine .*\n.*├─ date \(remote\) .*\n.*└─ date .*\n.*└─ DynamoDB PutItem \(aws\) /m,
      /^ {15}└─ time \(remote\) .*\n.*└─ time .*\n.*├─ DynamoDB PutItem \(aws\) .*\n.*└─ format /m,
      /^ {2}passed {2}100 requests, 0 failed: \d+ requests\/s, latency p50 /m,
      /^ {2}passed {2}(\d+) of \1 sampled traces are whole$/m,
      /^ {2}passed {2}the table table-[0-9a-f]{7} holds the items of date and time$/m,
      /^Stack chain on this machine: 16 passed, 0 failed, after \d+\.\d s$/m,
    ],
    packed: [
      /^ {2}hello runs: app\/hello, target packed, with a stand-in for the X-Ray daemon$/m,
      /^ {2}passed {2}1 segment delivered: [0-9a-f]{16} of trace 1-[0-9a-f]{8}-[0-9a-f]{24}, traced-fargate-packed-hello$/m,
      /^ {2}passed {2}hello ended with code 0$/m,
      /^Stack packed on this machine: 6 passed, 0 failed, after \d+\.\d s$/m,
    ],
    proxy: [
      /^ {2}proxy\.example\.internal runs: a proxy$/m,
      /^ {2}passed {2}1 segment delivered: [0-9a-f]{16} of trace 1-[0-9a-f]{8}-[0-9a-f]{24}, traced-fargate-proxy-hello$/m,
      /^ {2}passed {2}\d+ x CONNECT xray\.eu-central-1\.amazonaws\.com:443 in the log of the proxy http:\/\/proxy\.example\.internal:3128$/m,
      /^ {2}passed {2}proxy down: 100 requests, 0 failed$/m,
      /^ {2}passed {2}proxy down: 100 segments lost: connect ECONNREFUSED 127\.0\.0\.1:\d+$/m,
      /^ {2}passed {2}proxy back: the segment of the next request was delivered$/m,
      /^Stack proxy on this machine: 11 passed, 0 failed, after \d+\.\d s$/m,
    ],
  };
  for (const [stack, lines] of Object.entries(stacks)) {
    it(`runs the stack ${stack} and checks what it is for`, async () => {
      const run = start("--stack", stack);
      assert.deepEqual(await run.exited, [0, null], run.output + run.errors);
      for (const line of lines) assert.match(run.output, line);
      assert.doesNotMatch(run.output, /FAILED/);
    });
  }
});
