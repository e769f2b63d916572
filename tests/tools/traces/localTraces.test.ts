import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSamplingRule } from "../../../tools/localRun/checks/sampling";
import { localTraces } from "../../../tools/traces/localTraces";
import { segment, traceId } from "./someTraces";

const startedAt = "2026-11-22T04:00:00.000Z";
const start = Date.parse(startedAt) / 1000;
const at = (seconds: number, id: string, trace_id = traceId) =>
  segment("hello", id, { trace_id, start_time: start + seconds, end_time: start + seconds + 0.25 });

describe("the traces in the record of a local run", () => {
  const projectDir = mkdtempSync(join(tmpdir(), "traces-"));
  const folder = join(projectDir, "node_modules/.cache/traced-fargate/local-runs/dev");
  before(() => mkdirSync(folder, { recursive: true }));
  after(() => rmSync(projectDir, { recursive: true }));

  const write = (run: object, ...segments: readonly (object | string)[]) => {
    const sampling = [defaultSamplingRule];
    writeFileSync(
      join(folder, "run.json"),
      JSON.stringify({ stack: "dev", startedAt, id: "run", services: [], sampling, ...run }),
    );
    const texts = segments.map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
    writeFileSync(join(folder, "segments.jsonl"), texts.join("\n"));
  };
  const source = (seconds?: number) => localTraces({ projectDir, stack: "dev", namePrefix: "", seconds });
  const over = { pid: process.pid, endedAt: "2026-11-22T04:10:00.000Z" };

  it("are those of the whole run, or of the last minutes", async () => {
    write(over, at(0, "a", "1-a"), at(500, "b", "1-b"), '{"id": "half a li');
    const all = await (await source()).read();
    assert.deepEqual([all.from, all.to, all.traces.map(({ id }) => id)], [start, start + 600, ["1-a", "1-b"]]);
    assert.deepEqual(all.serviceMap.edges[0]?.requests, 2);
    const recent = await (await source(120)).read();
    assert.deepEqual([recent.from, recent.traces.map(({ id }) => id)], [start + 480, ["1-b"]]);
  });

  it("are read anew each time, with their segments", async () => {
    write(over, at(0, "a"));
    const reading = await source();
    write(over, at(0, "a"), at(1, "c"));
    assert.equal((await reading.readSegments([traceId, "1-other"])).get(traceId)?.length, 2);
    assert.equal((await reading.read()).traces[0]?.duration, 1.25);
  });

  it("are compared with what the rules allow, when somebody has counted the requests", async () => {
    write(over, at(1, "a"));
    const facts = { rule: "Default", reservoirSize: 1, fixedRate: 0.05, sampled: 1 };
    assert.deepEqual((await (await source()).read()).sampling, [facts]);
    const from = start * 1000;
    const sent = { service: "hello", method: "GET", path: "", requests: 50, from, to: from + 2000 };
    writeFileSync(join(folder, "requests.jsonl"), `${JSON.stringify(sent)}\n{"service": "he`);
    const allowed = { atLeast: 0, atMost: 19 };
    assert.deepEqual((await (await source()).read()).sampling, [{ ...facts, requests: 50, allowed }]);
  });

  it("say whether the run is over", async () => {
    const cases: [run: object, description: string][] = [
      [{ pid: process.pid }, "local run of stack dev"],
      [over, "local run of stack dev, which is over"],
      // The largest id of a process that Linux has (proc(5)), and no process of a test.
      [{ pid: 4194304 }, "local run of stack dev, which is over"],
    ];
    for (const [run, description] of cases) {
      write(run);
      assert.equal((await source()).description, description);
    }
  });

  it("are not there without a run, which is said in one line", async () => {
    const message = "there is no local run of stack dev; type: npm start -- --stack dev --keep";
    for (const text of ["", "{}", "no JSON"]) {
      writeFileSync(join(folder, "run.json"), text);
      await assert.rejects(source(), { message });
    }
  });
});
