import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { listStacks } from "../../../tools/evaluation/stackSettings";
import { picturePath } from "../../../tools/preview/pictures";
import { requireTool } from "../tools";

const root = join(__dirname, "../../..");
/** How wide GitHub shows a README's pictures, in pixels. */
const gitHubWidth = 830;

describe("pictures of the stacks, in a browser", () => {
  let browser: Browser | undefined;

  before(async function () {
    const executablePath = requireTool(this, "chromium");
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  after(() => browser?.close());

  for (const stack of listStacks(root)) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`${stack}, ${colorScheme}: every text is in the picture, clear of the others, and can be read`, async () => {
        assert.ok(browser);
        const page = await browser.newPage({ colorScheme, viewport: { width: gitHubWidth, height: 1200 } });
        const requests: string[] = [];
        page.on("request", (request) => requests.push(request.url()));
        const url = pathToFileURL(join(root, picturePath(stack))).href;
        await page.goto(url);
        assert.deepEqual(await faults(page), []);
        assert.deepEqual(requests, [url]);
        const { SCREENSHOTS: folder } = process.env;
        if (folder !== undefined) await page.screenshot({ path: `${folder}/${stack}-${colorScheme}.png` });
        await page.close();
      });
    }
  }
});

/** What is wrong with the texts of the picture that a page shows. */
async function faults(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(${faultsOf})()`);
}

/**
 * To be run in the page. Contrast is what WCAG counts (https://www.w3.org/TR/WCAG22/#contrast-minimum), with the
 * uppermost box behind the middle of the text.
 */
const faultsOf = `() => {
  const { width, height } = document.documentElement.viewBox.baseVal;
  const brightness = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((each) => each / 255)
      .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const texts = [...document.querySelectorAll("text")].map((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { element, left, right, top, bottom, says: element.textContent };
  });
  const behind = (x, y) => [...document.querySelectorAll("rect")].filter((rect) => {
    const box = rect.getBoundingClientRect();
    const filled = getComputedStyle(rect).fill !== "none";
    return filled && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  }).at(-1);
  return texts.flatMap((text, index) => {
    const { element, left, right, top, bottom, says } = text;
    const style = getComputedStyle(element);
    const [text_, box] = [style.fill, getComputedStyle(behind((left + right) / 2, (top + bottom) / 2)).fill].map(brightness);
    const contrast = (Math.max(text_, box) + 0.05) / (Math.min(text_, box) + 0.05);
    // Letters are lower than their line: a pixel or two of it may be another's.
    const others = texts.slice(index + 1).filter((other) =>
      other.left < right - 1 && left < other.right - 1 && other.top < bottom - 4 && top < other.bottom - 4);
    return [
      ...(parseFloat(style.fontSize) < 12 ? [says + ": too small"] : []),
      ...(left < 0 || top < 0 || right > width || bottom > height ? [says + ": outside"] : []),
      ...(contrast < 4.5 ? [says + ": contrast " + contrast.toFixed(1)] : []),
      ...others.map((other) => says + ": over " + other.says),
    ];
  });
}`;
