import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { defaultSamplingRule } from "../../../tools/localRun/checks/sampling";
import { tracesCommand } from "../../../tools/traces/command";
import { XrayDouble } from "../../aws/xrayDouble";
import { assertRecorded } from "../operate/typed";
import { call, segment } from "./someTraces";

const root = join(__dirname, "../../..");
const startedAt = "2026-11-22T04:00:00.000Z";
const start = Date.parse(startedAt) / 1000;
const ids = ["1-5759e988-bd862e3fe1be46a994272793", "1-5759e988-bd862e3fe1be46a994272794"];

/** A slow request through two services and a table, and a quick one that failed. */
function someSegments() {
  const [trace_id = "", other = ""] = ids;
  const of = (from: number, to: number) => ({ start_time: start + from, end_time: start + to });
  const request = (path: string, status: number) => ({
    http: { request: { method: "GET", url: `http://127.0.0.1:8080${path}` }, response: { status } },
  });
  const put = call("DynamoDB", "d", {
    ...of(0.4, 0.9),
    namespace: "aws",
    aws: { table_name: "t-1", operation: "PutItem" },
  });
  return [
    segment("traced-fargate-dev-bff", "a", {
      ...{ trace_id, ...of(0, 1), ...request("/", 200) },
      subsegments: [call("date", "b", { ...of(0.2, 1), namespace: "remote" })],
    }),
    segment("traced-fargate-dev-date", "c", {
      ...{ trace_id, parent_id: "b", ...of(0.3, 0.95) },
      ...{ annotations: { offset_minutes: 540 }, subsegments: [put] },
    }),
    segment("traced-fargate-dev-bff", "e", { trace_id: other, ...of(2, 2.0125), fault: true, ...request("/now", 503) }),
  ];
}

describe("npm run traces", () => {
  const project = mkdtempSync(join(tmpdir(), "traces-"));
  const folder = join(project, "node_modules/.cache/traced-fargate/local-runs/dev");
  before(() => {
    for (const file of readdirSync(root).filter((name) => name.startsWith("Pulumi"))) {
      cpSync(join(root, file), join(project, file));
    }
    mkdirSync(folder, { recursive: true });
  });
  after(() => rmSync(project, { recursive: true }));

  const record = (segments: readonly object[]) => {
    const run = { stack: "dev", pid: process.pid, startedAt, endedAt: "2026-11-22T04:10:00.000Z" };
    writeFileSync(
      join(folder, "run.json"),
      JSON.stringify({ ...run, id: "run", services: [], sampling: [defaultSamplingRule] }),
    );
    writeFileSync(join(folder, "segments.jsonl"), segments.map((each) => `${JSON.stringify(each)}\n`).join(""));
    const sent = { service: "traced-fargate-dev-bff", method: "GET", path: "/", requests: 100 };
    const series = { ...sent, from: start * 1000, to: start * 1000 + 900 };
    writeFileSync(join(folder, "requests.jsonl"), `${JSON.stringify(series)}\n`);
  };

  async function run(...args: string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const code = await tracesCommand(args, {
      stdout,
      stderr,
      projectDir: project,
      interrupted: new AbortController().signal,
    });
    stdout.end();
    stderr.end();
    return { code, stdout: await text(stdout), stderr: await text(stderr) };
  }

  it("shows the service map, the slowest traces and what was sampled, in 80 columns", async () => {
    record(someSegments());
    const { code, stdout, stderr } = await run("--local");
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(stdout.split("\n"), [
      "Traces of the local run of stack dev, which is over",
      "2 traces, 2026-11-22 04:00:00 to 04:10:00 UTC",
      "",
      "Service map                    requests errors 429 faults    p50    p90    p99",
      "client → bff                          2      0   0      1  13 ms  1.0 s  1.0 s",
      "bff → date                            1      0   0      0 800 ms 800 ms 800 ms",
      "date → t-1                            1      0   0      0 500 ms 500 ms 500 ms",
      "",
      "Slowest traces",
      "1-5759e988-bd862e3fe1be46a994272793  04:00:00  1.0 s  GET / 200",
      "  bff                                             1.0 s  ▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬",
      "  └─ date (remote)                               800 ms      ▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬",
      "     └─ date                                     650 ms         ▬▬▬▬▬▬▬▬▬▬▬▬▬▬",
      "          offset_minutes = 540",
      "        └─ DynamoDB PutItem (aws)                500 ms           ▬▬▬▬▬▬▬▬▬▬▬",
      "",
      "1-5759e988-bd862e3fe1be46a994272794  04:00:02  13 ms  GET /now 503",
      "  bff [fault, 503]                                13 ms  ▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬",
      "",
      "Sampled, and what the rules allow",
      "Default (1/s + 5 %): 1 of 100 requests, allowed 0 to 24",
      "",
    ]);
  });

  it("keeps to 80 columns and one line whatever the names are", async () => {
    const long = "<script>\u001b[2J\n".repeat(20);
    record(
      someSegments().map((each) => ({
        ...{ ...each, name: long, http: { request: { method: long, url: long } }, annotations: { [long]: long } },
      })),
    );
    const { stdout } = await run("--local");
    assert.ok(!stdout.includes("\u001b"));
    assert.deepEqual(
      stdout.split("\n").filter((line) => line.length > 80),
      [],
    );
  });

  it("prints JSON for programs, and nothing else", async () => {
    record(someSegments());
    const { stdout } = await run("--local", "--json", "--limit", "1");
    const { source, from, traces, serviceMap, slowest, sampling } = JSON.parse(stdout);
    assert.deepEqual([source, from, traces], ["local run of stack dev, which is over", startedAt, 2]);
    const latencyMs = { p50: 800, p90: 800, p99: 800 };
    const numbers = { requests: 1, errors: 0, throttles: 0, faults: 0, latencyMs };
    const [from0, to0] = ["service traced-fargate-dev-bff", "service traced-fargate-dev-date"];
    assert.deepEqual(serviceMap.edges[1], { from: from0, to: to0, ...numbers });
    assert.deepEqual(
      slowest.map(({ id, durationMs, segments }: Record<string, unknown[]>) => [id, durationMs, segments?.length]),
      [[ids[0], 1000, 2]],
    );
    assert.deepEqual(sampling[0].allowed, { atLeast: 0, atMost: 24 });
  });

  it("says so when there are no traces yet", async () => {
    record([]);
    const { code, stdout } = await run("--local", "--since", "1h");
    assert.equal(code, 0);
    assert.match(stdout, /^0 traces, .*\nX-Ray shows a trace some seconds after its request, if it was sampled\.$/m);
  });

  it("asks X-Ray about the stack's group without --local", async () => {
    const environment = { ...process.env };
    const xray = new XrayDouble();
    await xray.gate.listen();
    Object.assign(process.env, { ...xray.gate.environment, AWS_CONFIG_FILE: "/dev/null", AWS_PROFILE: "" });
    try {
      const { code, stderr } = await run("--since", "2h");
      assert.equal(code, 1);
      const missing =
        "stack dev is not deployed in eu-central-1: X-Ray has no group traced-fargate-dev; type: npm run up -- --stack dev";
      assert.equal(stderr, `error: ${missing}\n`);
      xray.groups.set("traced-fargate-dev", 'service("traced-fargate-dev-hello")');
      const SummaryStatistics = { TotalCount: 40, FaultStatistics: { TotalCount: 1 } };
      const ResponseTimeHistogram = [
        { Value: 0.0125, Count: 39 },
        { Value: 1, Count: 1 },
      ];
      xray.services = [
        { ReferenceId: 0, Name: "traced-fargate-dev-bff", Type: "AWS::ECS::Fargate", Edges: [] },
        { ReferenceId: 1, Type: "client", Edges: [{ ReferenceId: 0, SummaryStatistics, ResponseTimeHistogram }] },
      ];
      const [Id = ""] = ids;
      const Http = { HttpMethod: "GET", HttpURL: "http://bff:8080/", HttpStatus: 200 };
      xray.summaries = [{ Id, StartTime: start, Duration: 1, Http, EntryPoint: { Name: "traced-fargate-dev-bff" } }];
      const segments = someSegments().filter(({ trace_id }) => trace_id === Id);
      xray.documents.set(
        Id,
        segments.map((each) => JSON.stringify(each)),
      );
      xray.rules = [defaultSamplingRule];
      const report = { RuleName: "Default", RequestCount: 40, SampledCount: 3, BorrowCount: 0 };
      xray.statistics = [{ ...report, Timestamp: Math.floor(Date.now() / 1000) - 60 }];
      const typed = await run("--since", "2h");
      const ends = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d to [\d: -]+ UTC/;
      const stdout = typed.stdout.replace(ends, "2026-11-22 02:10:00 to 04:10:00 UTC");
      assertRecorded("traces", "traces -- --since 2h", { ...typed, stdout });
      const [asked] = xray.inputsOf("/ServiceGraph").slice(-1);
      assert.equal(Number(asked?.EndTime) - Number(asked?.StartTime), 7200);
    } finally {
      process.env = environment;
      await xray.gate.stop();
    }
  });

  const mistakes: [args: string[], message: string][] = [
    [["--since", "15"], "--since 15: must be a time such as 90s, 15m or 6h, which is the most"],
    [["--since", "7h"], "--since 7h: must be a time such as 90s, 15m or 6h, which is the most"],
    [["--limit", "0"], "--limit 0: must be a number from 1 to 100"],
    [["--json", "--open"], "--json and --open exclude each other"],
    [
      ["--stack", "x"],
      'unknown stack "x": known are chain, dev, otel, packed, proxy (each Pulumi.<stack>.yaml is one)',
    ],
    [["--local", "--stack", "chain"], "there is no local run of stack chain; type: npm start -- --stack chain --keep"],
  ];
  for (const [args, message] of mistakes) {
    it(`answers ${args.join(" ")} with one line`, async () => {
      assert.deepEqual(await run(...args), { code: 1, stdout: "", stderr: `error: ${message}\n` });
    });
  }

  it("explains itself in 80 columns", async () => {
    const { code, stdout } = await run("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^npm run traces /);
    assert.ok(stdout.split("\n").every((line) => line.length <= 80));
  });
});
