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
    assert.match(await text("#time"), /^\d\d:\d\d:\d\d \(UTC\+09:00\)$/);
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

  const trace = { id: "1-5759e988-bd862e3fe1be46a994272793", url: "https://example.com/trace" };
  const failed = { statusCode: 502, error: "Bad Gateway", message: "bff: answered 502", trace };
  const button = () => page.getByRole("button");
  const askAgain = async (json: object | undefined) => {
    await page.route("**/now", (route) => (json ? route.fulfill({ status: 502, json }) : route.abort()));
    await button().click();
    await page.locator("#answer[aria-busy=false]").waitFor();
    await page.unroute("**/now");
  };

  it("shows the failed trace in place of the old answer, where it has one, and recovers", async () => {
    const answers: [json: object | undefined, problem: string, trace: string, link: string | null][] = [
      [failed, "bff: answered 502", trace.id, trace.url],
      [{ ...failed, trace: null }, "bff: answered 502", "not sampled", null],
      [undefined, "Failed to fetch", "unknown", null],
    ];
    for (const [json, problem, ...shown] of answers) {
      await askAgain(json);
      const texts = await Promise.all(["#date", "#time", "#problem", "#trace"].map(text));
      const link = await page.locator("#trace").getAttribute("href");
      assert.deepEqual([...texts, link], ["unknown", "unknown", `No answer: ${problem}`, ...shown]);
    }
    await button().click();
    await page.locator("#problem:empty").waitFor({ state: "attached" });
    assert.match(await text("#date"), /^\d{4}/);
  });

  it("says that it waits, and asks once at a time", async () => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      page.route("**/now", async (route) => {
        resolve();
        await new Promise<void>((answered) => {
          answer = answered;
        });
        await route.fulfill({ status: 502, json: failed });
      });
    });
    await button().click();
    await asked;
    assert.equal(await page.locator("#answer").getAttribute("aria-busy"), "true");
    assert.ok(await button().isDisabled());
    answer();
    await page.locator("#answer[aria-busy=false]").waitFor();
    assert.ok(await button().isEnabled());
    await page.unroute("**/now");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`fits a small screen, ${colorScheme}, with text that can be read`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 640 });
      await askAgain({ ...failed, message: `bff: ${"a-long-name.".repeat(20)}` });
      const widths = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
      assert.deepEqual(widths, [360, 360]);
      for (const selector of ["body", "dt", "dd", "#problem", "#trace"]) {
        const contrast = Number(await page.evaluate(`(${contrastOf})(${JSON.stringify(selector)})`));
        assert.ok(contrast >= 4.5, `${selector}: ${contrast}`);
      }
      const { SCREENSHOTS: folder } = process.env;
      if (folder !== undefined) await page.screenshot({ path: `${folder}/page-${colorScheme}.png` });
    });
  }
});

/**
 * The contrast of an element's text with the page, as WCAG counts it (https://www.w3.org/TR/WCAG22/#contrast-minimum),
 * to be run in the page.
 */
const contrastOf = `(selector) => {
  const brightness = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((each) => each / 255)
      .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const text = brightness(getComputedStyle(document.querySelector(selector)).color);
  const page = brightness(getComputedStyle(document.body).backgroundColor);
  return (Math.max(text, page) + 0.05) / (Math.min(text, page) + 0.05);
}`;
