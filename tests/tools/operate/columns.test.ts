import assert from "node:assert/strict";
import { duration, labelled } from "../../../tools/operate/columns";

describe("columns", () => {
  it("wrap a text within 80 columns, and never a command", () => {
    const text = `${"word ".repeat(9)}type: npm run leftovers -- --stack dev or npm start -- --stack dev --keep, once`;
    assert.deepEqual(labelled("  -", text, 4), [
      `  - ${"word ".repeat(9)}type:`,
      "    npm run leftovers -- --stack dev or npm start -- --stack dev --keep, once",
    ]);
    assert.deepEqual(labelled("label", "x".repeat(90), 8), [`label   ${"x".repeat(90)}`]);
  });

  it("say how long something took in the unit a person would take", () => {
    const given = [-5, 400, 99_000, 101_000, 99 * 60_000, 101 * 60_000, 47 * 3_600_000, 49 * 3_600_000];
    assert.deepEqual(given.map(duration), ["0 s", "0 s", "99 s", "2 min", "99 min", "2 h", "47 h", "2 days"]);
  });
});
