import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import type { LocalStack } from "../../../tools/localRun/localStack";
import { requireTool } from "../tools";
import { startStack } from "./localChain";

describe("the page of the chain, in a browser", () => {
  let stack: LocalStack | undefined;
  let browser: Browser | undefined;
  let page: Page;
  const complaints: string[] = [];

  before(async function () {
    const executablePath = requireTool(this, "chromium");
    stack = await startStack("chain");
    // Chromium's own sandbox needs privileges which a container, such as one of CI, seldom has.
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    const frontend = stack.services.find(({ expectation }) => expectation.trace === undefined);
    assert.ok(frontend);
    await page.goto(frontend.origin);
  });
  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const text = (selector: string) => page.locator(selector).innerText();

  it("shows date, time and the trace, with a link to it, and breaks no rule of its own", async () => {
    await page.locator("#trace[href]").waitFor();
    assert.equal(await page.title(), "Date and time");
    assert.match(await text("#date"), /^\d{4}\/\d\d\/\d\d$/);
    assert.match(await text("#time"), /^\d\d:\d\d:\d\d$/);
    const id = await text("#trace");
    assert.match(id, /^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(
      await page.locator("#trace").getAttribute("href"),
      `https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#xray:traces/${id}`,
    );
    assert.equal(await text("#problem"), "");
    assert.deepEqual(complaints, []);
  });

  it("asks again at the push of the button", async () => {
    const before = await text("#time");
    await page.waitForTimeout(1100);
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith("/now")),
      page.getByRole("button", { name: "Ask again" }).click(),
    ]);
    const { currentTime } = (await response.json()) as { currentTime: string };
    await page.locator("#time", { hasText: currentTime }).waitFor();
    assert.notEqual(currentTime, before);
  });

  it("says so when there is no answer, and recovers", async () => {
    await page.route("**/now", (route) =>
      route.fulfill({ status: 502, json: { statusCode: 502, error: "Bad Gateway", message: "bff: answered 502" } }),
    );
    await page.getByRole("button").click();
    await page.locator("#problem", { hasText: "No answer: bff: answered 502" }).waitFor();
    await page.unroute("**/now");
    await page.getByRole("button").click();
    await page.locator("#problem:empty").waitFor({ state: "attached" });
  });
});
