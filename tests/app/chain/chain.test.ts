import assert from "node:assert/strict";
import { Chain } from "../helpers/chain";
import { ask, ROOT, SAMPLED, type TracerName } from "../helpers/services";

describe("the chain of four services", () => {
  let chain: Chain;
  const start = async (environment?: Record<string, string>) => {
    chain = await Chain.start(environment);
  };
  afterEach(() => chain.close());

  const segmentOf = (name: string) => chain.services.daemon.segments.find((segment) => segment.name === name);
  /** The subsegments which stand for the bff's calls. */
  const calls = () => segmentOf("bff")?.subsegments?.[0]?.subsegments;

  // The time by hand, the others by the plugin.
  const mixtures: Readonly<Record<string, TracerName>>[] = [
    {},
    { bff: "otlp" },
    { date: "otlp", time: "otlp" },
    { bff: "otlp", time: "otlp" },
    { bff: "otlp", date: "otlp", time: "otlp" },
  ];
  for (const tracers of mixtures) {
    it(`makes one request one trace, of three segments and their subsegments, with ${JSON.stringify(tracers)}`, async () => {
      chain = await Chain.start({}, tracers);
      const response = await ask(chain.urls.bff, SAMPLED);
      assert.equal(response.status, 200);
      assert.match(await response.text(), /^\{"currentDate":"\d{4}\/\d\d\/\d\d","currentTime":"\d\d:\d\d:\d\d"\}$/);
      assert.deepEqual(await chain.services.tree(3), [
        "bff",
        "└─ combine",
        "   ├─ date (remote)",
        "   │  └─ date",
        "   │     └─ DynamoDB PutItem (aws)",
        "   └─ time (remote)",
        "      └─ time",
        "         ├─ DynamoDB PutItem (aws)",
        "         └─ format",
      ]);
      const parents = ["bff", "date", "time"].map((name) => [segmentOf(name)?.trace_id, segmentOf(name)?.parent_id]);
      assert.deepEqual(
        parents,
        [undefined, ...(calls() ?? [])].map((call) => [ROOT, call?.id]),
      );
    });
  }

  it("says of every call what was asked and what was answered", async () => {
    await start();
    await (await ask(chain.urls.bff, SAMPLED)).text();
    await chain.services.segments(3);
    const { namespace, http } = { ...calls()?.[0] } as Record<string, unknown>;
    const request = { method: "GET", url: `${chain.urls.date}/`, traced: true };
    const response = { status: 200, content_length: '{"currentDate":"2026/11/20"}'.length };
    assert.deepEqual([namespace, http], ["remote", { request, response }]);
    for (const name of ["date", "time"]) {
      const segment = segmentOf(name);
      const [put, formatting] = segment?.subsegments ?? [];
      const { request_id, ...aws } = put?.aws ?? {};
      assert.match(String(request_id), /^[0-9a-f-]{36}$/);
      assert.deepEqual(aws, { operation: "PutItem", region: "eu-central-1", table_name: "table", retries: 0 });
      assert.deepEqual([put?.http?.response, segment?.http?.response?.status], [{ status: 200 }, 200]);
      assert.deepEqual(formatting?.annotations, name === "date" ? undefined : { offset_minutes: 540 });
    }
  });

  it("notes when each backend was last accessed", async () => {
    await start();
    const before = new Date().toISOString();
    await (await ask(chain.urls.bff)).text();
    const after = new Date().toISOString();
    const items = [...(chain.dynamodb.items.get("table")?.values() ?? [])];
    assert.deepEqual(
      items.map(({ SubAppId }) => SubAppId?.S),
      ["date", "time"],
    );
    for (const { LastAccessed } of items) {
      const at = String(LastAccessed?.S);
      assert.ok(before <= at && at <= after, `${at} is not between ${before} and ${after}`);
    }
  });

  it("traces neither health checks nor a request that is not sampled, in any of the services", async () => {
    await start();
    for (const url of Object.values(chain.urls)) {
      const response = await ask(`${url}/health`, SAMPLED);
      assert.deepEqual([response.status, await response.json()], [200, { status: "ok" }]);
    }
    for (const header of ["Sampled=0", `Root=${ROOT};Sampled=0`]) {
      assert.equal((await ask(chain.urls.bff, header)).status, 200);
    }
    await chain.services.segments(0);
  });

  it("answers the page with a trace it can link to, or without, though a browser may not decide about that", async () => {
    await start();
    const askPage = async () => {
      const response = await ask(`${chain.urls.frontend}/now`, "Sampled=0");
      assert.deepEqual([response.status, response.headers.get("cache-control")], [200, "no-store"]);
      return ((await response.json()) as { trace: object | null }).trace;
    };
    // The local rule samples the first request of each second, and 5 % of the rest.
    const traces = [await askPage()];
    while (traces.at(-1) !== null) traces.push(await askPage());
    await chain.services.segments(3 * (traces.length - 1));
    const id = segmentOf("bff")?.trace_id;
    const console = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1";
    assert.deepEqual(traces[0], { id, url: `${console}#xray:traces/${id}` });
  });

  it("works without tracing", async () => {
    await start({ TRACING: "none" });
    assert.equal((await ask(chain.urls.bff, SAMPLED)).status, 200);
    await chain.services.segments(0);
  });
});
