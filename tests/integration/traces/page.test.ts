import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import { evaluateStack } from "../../../tools/evaluation/evaluate";
import { defaultSamplingRule } from "../../../tools/localRun/checks/sampling";
import { type ServedTraces, serveTraces } from "../../../tools/traces/page/server";
import { resultsOfRequests } from "../../../tools/traces/ruleResults";
import type { Part, Segment } from "../../../tools/traces/segments";
import { serviceMapOf } from "../../../tools/traces/serviceMap";
import { summaryOf, type TraceSource } from "../../../tools/traces/traceSource";
import { requireTool } from "../tools";

const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;`;
const traceId = "1-5759e988-bd862e3fe1be46a994272793";
const http = { request: { method: attack, url: attack }, response: { status: 503 } };
const part = (id: string, from: number, to: number, changes: Partial<Part> = {}): Part => ({
  ...{
    id,
    name: `${attack}${id}`,
    start_time: 1000 + from,
    end_time: 1000 + to,
    http,
    annotations: { [attack]: attack },
  },
  ...changes,
});
const segments: Segment[] = [
  {
    ...part("a", 0, 1, { fault: true }),
    ...{ trace_id: traceId, origin: attack },
    subsegments: [
      part("b", 0.1, 0.9, { namespace: "remote" }),
      part("c", 0.2, 0.3, { namespace: "aws", aws: { operation: attack, table_name: attack } }),
    ],
  },
  { ...part("d", 0.2, 0.8), trace_id: traceId, parent_id: "b" },
];
const rules = [{ ...defaultSamplingRule, RuleName: attack }];
const source: TraceSource = {
  description: attack,
  namePrefix: "",
  read: async () => ({
    ...{ from: 1000, to: 1010, serviceMap: serviceMapOf(segments), traces: [summaryOf(traceId, segments)] },
    sampling: resultsOfRequests(rules, [], segments),
  }),
  readSegments: async (ids) => new Map(ids.includes(traceId) ? [[traceId, segments]] : []),
};

describe("the page of a stack's traces, in a browser", () => {
  let served: ServedTraces;
  let browser: Browser | undefined;
  let page: Page;
  const complaints: string[] = [];
  const elsewhere: string[] = [];

  before(async function () {
    const executablePath = requireTool(this, "chromium");
    served = await serveTraces(source, () => evaluateStack("dev", process.cwd()));
    // Chromium's own sandbox needs privileges which a container, such as one of CI, seldom has.
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    page.on("request", (request) => request.url().startsWith(served.url) || elsewhere.push(request.url()));
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    assert.deepEqual([complaints, elsewhere.filter((url) => !url.endsWith("/favicon.ico"))], [[], []]);
  });

  it("draws the service map and the network, and shows whatever a segment holds as text", async () => {
    await page.goto(served.url, { waitUntil: "networkidle" });
    assert.equal(await page.title(), `Traces of the ${attack}`);
    assert.equal(await page.locator("svg.LR .node").count(), 4);
    assert.equal(await page.locator("svg.LR .edge").count(), 3);
    assert.equal(await page.locator("svg.LR .edge.fault").count(), 3);
    assert.equal(await page.locator("script, [onerror]").count(), 0);
    assert.ok((await page.locator("main").innerText()).includes(attack));
    assert.ok(Number(await page.evaluate("document.images[0].naturalWidth")) > 100);
  });

  it("shows a trace as a waterfall, which the keyboard reaches", async () => {
    await page.goto(served.url);
    await page.locator("tbody a").focus();
    await page.keyboard.press("Enter");
    await page.locator(".waterfall").waitFor();
    const rows = page.locator(".waterfall li");
    assert.equal(await rows.count(), 4);
    assert.equal(await page.locator("script, img").count(), 0);
    assert.ok((await rows.first().innerText()).includes(`${attack} = ${attack}`));
    const bars = await page.locator(".waterfall .done").evaluateAll((all) => all.map((bar) => bar.getAttribute("x")));
    assert.deepEqual(bars, ["0%", "10%", "20%", "20%"]);
    await page.getByRole("link", { name: "All traces" }).press("Enter");
    await page.locator("svg.LR").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      it(`fits ${width} pixels, ${colorScheme}`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        for (const path of ["", `trace-${traceId}`]) {
          await page.goto(served.url + path);
          assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, path);
        }
      });
    }
  }

  it("is for who knows its address, and for looking at only", async () => {
    const { origin } = new URL(served.url);
    assert.equal((await fetch(origin)).status, 404);
    assert.equal((await fetch(`${origin}/${"0".repeat(32)}/`)).status, 404);
    assert.equal((await fetch(served.url, { method: "POST" })).status, 404);
    assert.equal((await fetch(`${served.url}trace-1-other`)).status, 404);
    const { headers } = await fetch(served.url);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; style-src 'self'; img-src 'self'; /);
    assert.ok(!policy.includes("unsafe"));
  });
});
