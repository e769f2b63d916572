import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/sampling";
import { isAlive, RunRecord } from "../../../../tools/localRun/record";
import { LocalServer } from "../../../processes/localServer";

describe("the record of a local run", () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "record-"));
  });
  afterEach(() => rmSync(project, { recursive: true }));

  const open = (id = "first", stack = "dev") => RunRecord.open({ stack, id, sampling: [defaultSamplingRule] }, project);
  const runs = () => readdirSync(join(project, "node_modules/.cache/traced-fargate/local-runs")).sort();
  const service = (url: string) => ({ name: "hello", url, logGroup: "/dev/hello", tracingName: "dev-hello" });
  const linesOf = (record: RunRecord, file: string) =>
    readFileSync(join(record.folder, file), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

  it("says what runs, what was logged, delivered and sent, and when it ended", async () => {
    const record = await open();
    record.started([service("http://127.0.0.1:8080")]);
    record.addLogLine("hello", "xray-daemon", "listening");
    record.addSegments([{ name: "hello", id: "1", trace_id: "1-2-3", start_time: 4 }]);
    const sent = { service: "dev-hello", method: "GET", path: "/", requests: 100, from: 5, to: 6 };
    record.addRequests(sent);
    record.end();
    const { startedAt, endedAt, ...run } = JSON.parse(readFileSync(join(record.folder, "run.json"), "utf8"));
    assert.deepEqual(run, {
      stack: "dev",
      id: "first",
      pid: process.pid,
      services: [service("http://127.0.0.1:8080")],
      sampling: [defaultSamplingRule],
    });
    assert.ok(Date.parse(startedAt) <= Date.parse(endedAt));
    const [{ time, ...line }] = linesOf(record, "logs.jsonl");
    assert.deepEqual(line, { service: "hello", container: "xray-daemon", message: "listening" });
    assert.ok(Date.parse(time) >= Date.parse(startedAt));
    assert.deepEqual(linesOf(record, "segments.jsonl"), [{ name: "hello", id: "1", trace_id: "1-2-3", start_time: 4 }]);
    assert.deepEqual(linesOf(record, "requests.jsonl"), [sent]);
    assert.deepEqual(runs(), ["dev"]);
  });

  it("is replaced by the next run's, and kept beside those of other stacks", async () => {
    const first = await open();
    first.addLogLine("hello", "hello", "old");
    first.end();
    (await open("other", "chain")).end();
    const next = await open("next");
    assert.equal(next.folder, first.folder);
    assert.ok(!existsSync(join(next.folder, "logs.jsonl")));
    assert.deepEqual(runs(), ["chain", "dev"]);
  });

  it("leaves that of a run that is alive, and is gone with a second run", async () => {
    const server = await new LocalServer((_request, response) => {
      response.setHeader("x-local-run", "first").end();
    }).listen();
    const first = await open();
    first.started([service(server.url)]);
    const second = await open("second");
    assert.deepEqual(runs(), ["dev", `dev.${process.pid}`]);
    assert.deepEqual([await isAlive(first.folder), await isAlive(second.folder)], [true, true]);
    second.end();
    assert.deepEqual(runs(), ["dev"]);
    first.end();
    assert.equal(await isAlive(first.folder), false);
    await server.close();
  });

  it("takes the place of one whose run was killed, whatever its process and its port are now", async () => {
    const stranger = await new LocalServer((_request, response) => response.end()).listen();
    const killed = await open();
    killed.started([service(stranger.url)]);
    const root = join(killed.folder, "..");
    writeFileSync(join(root, "dev.lock"), "4194305");
    assert.equal((await open("next")).folder, killed.folder);
    assert.deepEqual(runs(), ["dev"]);
    await stranger.close();
  });
});
