import assert from "node:assert/strict";
import { defaultSamplingRule } from "../../../tools/localRun/checks/sampling";
import { awsTraces } from "../../../tools/traces/awsTraces";
import { XrayDouble } from "../../aws/xrayDouble";
import { segment } from "./someTraces";

const traceIds = [...Array(12).keys()].map((index) => `1-5759e988-${String(index).padStart(24, "0")}`);
const histogram = [
  { Value: 0.01, Count: 9 },
  { Value: 0.2, Count: 1 },
];
const now = () => Math.floor(Date.now() / 1000);

describe("the traces of a deployed stack", () => {
  let xray: XrayDouble;
  let environment: NodeJS.ProcessEnv;
  beforeEach(async () => {
    environment = { ...process.env };
    xray = new XrayDouble();
    await xray.gate.listen();
    Object.assign(process.env, { ...xray.gate.environment, AWS_CONFIG_FILE: "/dev/null" });
    xray.groups.set("traced-fargate-dev", 'service("traced-fargate-dev-hello")');
  });
  afterEach(async () => {
    process.env = environment;
    await xray.gate.stop();
  });

  const source = (seconds = 900, group = "traced-fargate-dev") =>
    awsTraces({
      ...{ location: { region: "eu-central-1" }, stack: "dev", group, seconds },
      namePrefix: "traced-fargate-dev-",
    });

  it("have the service map which X-Ray has drawn, its clients as one", async () => {
    const SummaryStatistics = {
      ...{ OkCount: 5, TotalCount: 10, TotalResponseTime: 0.29 },
      ...{ ErrorStatistics: { ThrottleCount: 1, OtherCount: 2, TotalCount: 3 }, FaultStatistics: { TotalCount: 2 } },
    };
    const calls = { SummaryStatistics, ResponseTimeHistogram: histogram };
    xray.services = [
      { ReferenceId: 0, Name: "table-1", Type: "AWS::DynamoDB::Table", Edges: [] },
      { ReferenceId: 1, Name: "hello", Type: "AWS::ECS::Fargate", Edges: [{ ReferenceId: 0, ...calls }] },
      { ReferenceId: 2, Name: "hello", Type: "client", Edges: [{ ReferenceId: 1, ...calls }] },
      { ReferenceId: 3, Name: "table-1", Type: "client", Edges: [{ ReferenceId: 0 }, { ReferenceId: 9 }] },
    ];
    const { serviceMap } = await source().read();
    const numbers = { requests: 10, errors: 3, throttles: 1, faults: 2 };
    const entries = histogram.map(({ Value: value, Count: count }) => ({ value, count }));
    assert.deepEqual(serviceMap, {
      nodes: [
        { id: "client", name: "client", type: "client" },
        { id: "0", name: "table-1", type: "AWS::DynamoDB::Table" },
        { id: "1", name: "hello", type: "AWS::ECS::Fargate" },
      ],
      edges: [
        { from: "1", to: "0", ...numbers, histogram: entries },
        { from: "client", to: "0", requests: 0, errors: 0, throttles: 0, faults: 0, histogram: [] },
        { from: "client", to: "1", ...numbers, histogram: entries },
      ],
    });
    assert.equal(xray.inputsOf("/ServiceGraph").length, 2);
  });

  it("are those of the group and of the time, page by page", async () => {
    xray.summaries = traceIds.map((Id, index) => ({
      ...{ Id, StartTime: 1000 + index, Duration: 0.5, EntryPoint: { Name: "hello" }, HasFault: index === 1 },
      Http: { HttpMethod: "GET", HttpURL: "http://hello:8080/", HttpStatus: 200 },
    }));
    const { from, to, traces } = await source(3600).read();
    assert.equal(to - from, 3600);
    assert.ok(Math.abs(now() - to) < 60);
    assert.deepEqual(
      traces.map(({ id }) => id),
      traceIds,
    );
    const request = { service: "hello", method: "GET", url: "http://hello:8080/", status: 200 };
    const outcome = { error: false, throttle: false, fault: true };
    assert.deepEqual(traces[1], { id: traceIds[1], start: 1001, duration: 0.5, ...request, ...outcome });
    const asked = xray.inputsOf("/TraceSummaries");
    assert.equal(asked.length, 6);
    for (const { StartTime, EndTime, FilterExpression } of asked) {
      assert.deepEqual([StartTime, EndTime, FilterExpression], [from, to, 'service("traced-fargate-dev-hello")']);
    }
  });

  it("have their segments, which are asked for five traces at a time, without those X-Ray has inferred", async () => {
    for (const [index, trace_id] of traceIds.entries()) {
      const own = segment("hello", "a", { trace_id, subsegments: [] });
      const inferred = segment("DynamoDB", "b", { trace_id, inferred: true });
      if (index !== 3) xray.documents.set(trace_id, [JSON.stringify(own), JSON.stringify(inferred), "broken"]);
    }
    const found = await source().readSegments(traceIds);
    const [first, , , missing] = traceIds;
    assert.deepEqual(found.get(first ?? ""), [segment("hello", "a", { trace_id: first, subsegments: [] })]);
    assert.deepEqual([found.size, found.has(missing ?? "")], [11, false]);
    const asked = xray.inputsOf("/Traces").filter(({ NextToken }) => NextToken === undefined);
    assert.deepEqual(
      asked.map(({ TraceIds }) => (TraceIds as string[]).length),
      [5, 5, 2],
    );
  });

  it("are compared with what the rules allow, by the reports of that time", async () => {
    const health = {
      ...defaultSamplingRule,
      RuleName: "health",
      ServiceName: "traced-fargate-dev-hello",
      FixedRate: 0,
    };
    const others = { ...defaultSamplingRule, RuleName: "others", ServiceName: "others" };
    xray.rules = [{ ...health, ReservoirSize: 0 }, others, defaultSamplingRule];
    const report = { RuleName: "Default", RequestCount: 100, SampledCount: 14, BorrowCount: 0 };
    xray.statistics = [0, 60, 3600].map((ago) => ({ ...report, Timestamp: now() - ago }));
    const { sampling } = await source().read();
    const nothing = { sampled: 0, requests: 0, allowed: { atLeast: 0, atMost: 0 } };
    assert.deepEqual(sampling, [
      { rule: "health", reservoirSize: 0, fixedRate: 0, ...nothing },
      {
        ...{ rule: "Default", reservoirSize: 1, fixedRate: 0.05 },
        ...{ sampled: 28, requests: 200, allowed: { atLeast: 0, atMost: 53 } },
      },
    ]);
  });

  it("are not there when the stack is not deployed, which is said in one line", async () => {
    const message =
      "stack dev is not deployed in eu-central-1: X-Ray has no group traced-fargate-x; type: npm run up -- --stack dev";
    await assert.rejects(source(900, "traced-fargate-x").read(), { message });
  });

  const refusals: [code: string, message: RegExp][] = [
    ["AccessDeniedException", /^AWS denies xray:\w+; allow it: docs\/deployer-policy\/operator\.json$/],
    ["ExpiredTokenException", /^the AWS credentials have expired; type: aws sso login, or export AWS_PROFILE=\.\.\.$/],
  ];
  for (const [code, message] of refusals) {
    it(`cannot be read after ${code}, which is said in one line`, async () => {
      xray.gate.faults = () => ({ kind: "error", code });
      await assert.rejects(source().read(), { message });
      await assert.rejects(source().readSegments(traceIds), { message });
    });
  }
});
