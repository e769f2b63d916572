import assert from "node:assert/strict";
import { type Chain, ROOT, SAMPLED, startChain, treeOf } from "../helpers/chain";

/** The parts of a segment or subsegment that these tests look at. */
interface Part {
  readonly id: string;
  readonly name: string;
  readonly trace_id?: string;
  readonly parent_id?: string;
  readonly namespace?: string;
  readonly http?: { readonly request?: Record<string, unknown>; readonly response?: Record<string, unknown> };
  readonly aws?: Record<string, unknown>;
  readonly annotations?: unknown;
  readonly subsegments?: readonly Part[];
}

describe("the chain of four services", () => {
  let chain: Chain;
  beforeEach(async () => {
    chain = await startChain();
  });
  afterEach(() => chain.close());

  const find = (name: string, parts: readonly Part[] = chain.daemon.segments): Part => {
    const part = parts.find((each) => each.name === name);
    assert.ok(part, `there is no ${name} among ${parts.map((each) => each.name).join(", ")}`);
    return part;
  };

  interface PageAnswer {
    readonly trace: { readonly id: string; readonly url: string } | null;
  }
  /** Asks the page, one request after the other, until an answer is what is wanted. */
  const askUntil = async (wanted: (answer: PageAnswer) => boolean) => {
    for (;;) {
      const response = await fetch(`${chain.frontendUrl}/now`, { headers: { "x-amzn-trace-id": "Sampled=0" } });
      assert.equal(response.status, 200);
      const answer = (await response.json()) as PageAnswer;
      if (wanted(answer)) return { response, answer };
    }
  };

  it("makes one request one trace, of three segments and their subsegments", async () => {
    const response = await fetch(chain.bffUrl, { headers: SAMPLED });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /^\{"currentDate":"\d{4}\/\d\d\/\d\d","currentTime":"\d\d:\d\d:\d\d"\}$/);
    await chain.daemon.received(3);
    assert.deepEqual(treeOf(chain.daemon), [
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
  });

  it("gives every segment the trace's id, and the id of the call it answers as its parent", async () => {
    await (await fetch(chain.bffUrl, { headers: SAMPLED })).text();
    await chain.daemon.received(3);
    const combine = find("combine", find("bff").subsegments);
    const parents = ["bff", "date", "time"].map((name) => [find(name).trace_id, find(name).parent_id]);
    assert.deepEqual(parents, [
      [ROOT, undefined],
      [ROOT, find("date", combine.subsegments).id],
      [ROOT, find("time", combine.subsegments).id],
    ]);
  });

  it("says of every call what was asked and what was answered", async () => {
    await (await fetch(chain.bffUrl, { headers: SAMPLED })).text();
    await chain.daemon.received(3);
    const combine = find("combine", find("bff").subsegments);
    const { http, namespace } = find("date", combine.subsegments);
    assert.deepEqual(
      [namespace, http],
      [
        "remote",
        {
          request: { method: "GET", url: `${chain.dateUrl}/`, traced: true },
          response: { status: 200, content_length: '{"currentDate":"2026/11/20"}'.length },
        },
      ],
    );
    for (const name of ["date", "time"]) {
      const put = find("DynamoDB", find(name).subsegments);
      const { request_id, ...aws } = put.aws ?? {};
      assert.match(String(request_id), /^[0-9a-f-]{36}$/);
      assert.deepEqual(aws, { operation: "PutItem", region: "eu-central-1", table_name: "table", retries: 0 });
      assert.deepEqual(put.http, { response: { status: 200 } });
      assert.equal(find(name).http?.response?.status, 200);
    }
    assert.deepEqual(find("format", find("time").subsegments).annotations, { offset_minutes: 540 });
  });

  it("notes when each backend was last accessed", async () => {
    const before = new Date().toISOString();
    await (await fetch(chain.bffUrl)).text();
    const after = new Date().toISOString();
    const items = [...(chain.dynamodb.items.get("table")?.values() ?? [])];
    assert.deepEqual(
      items.map(({ SubAppId }) => SubAppId),
      [{ S: "date" }, { S: "time" }],
    );
    for (const { LastAccessed } of items) {
      const at = String(LastAccessed?.S);
      assert.ok(before <= at && at <= after, `${at} is not between ${before} and ${after}`);
    }
  });

  it("traces nothing of a request that is not sampled, nor does any of the services behind", async () => {
    for (const header of ["Sampled=0", `Root=${ROOT};Sampled=0`]) {
      const response = await fetch(chain.bffUrl, { headers: { "x-amzn-trace-id": header } });
      assert.equal(response.status, 200);
    }
    await chain.daemon.received(0);
  });

  it("answers the page with a trace it can link to, though a browser may not decide about that", async () => {
    // The local rule samples one request a second, unless another was answered in it, and 5 % of the rest.
    const { response, answer } = await askUntil(({ trace }) => trace !== null);
    await chain.daemon.received(3);
    const id = find("bff").trace_id;
    assert.deepEqual(answer.trace, {
      id,
      url: `https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#xray:traces/${id}`,
    });
    assert.equal(response.headers.get("cache-control"), "no-store");
  });

  it("answers the page without a link when the request was not sampled", async () => {
    await askUntil(({ trace }) => trace === null);
  });

  it("answers health checks of all four, and traces none", async () => {
    for (const url of [chain.frontendUrl, chain.bffUrl, chain.dateUrl, chain.timeUrl]) {
      const response = await fetch(`${url}/health`, { headers: SAMPLED });
      assert.deepEqual([response.status, await response.json()], [200, { status: "ok" }]);
    }
    await chain.daemon.received(0);
  });

  it("works without tracing", async () => {
    const untraced = await startChain({ TRACING: "none" });
    try {
      const response = await fetch(untraced.bffUrl, { headers: SAMPLED });
      assert.equal(response.status, 200);
      await untraced.daemon.received(0);
    } finally {
      await untraced.close();
    }
  });
});
