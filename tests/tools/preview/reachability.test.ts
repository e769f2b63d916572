import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listStacks } from "../../../tools/evaluation/stackSettings";
import { formatReachability, reachabilityOf } from "../../../tools/preview/reachability";
import { evaluateVariant } from "../../stacks/evaluateVariant";

const plain = (_colour: unknown, text: string) => text;

describe("npm run preview -- --reachability", () => {
  for (const stack of listStacks(join(__dirname, "../../.."))) {
    it(`says of ${stack} who reaches whom, within 80 columns`, async () => {
      const found = reachabilityOf(await evaluateVariant(stack));
      const lines = formatReachability(found, plain).split("\n");
      assert.deepEqual(
        lines.filter((line) => line.length > 80),
        [],
      );
      const open = found.rows.filter(({ states }) => states.after === "open");
      assert.deepEqual(
        open.filter(({ to }) => to === "internet"),
        [],
      );
      assert.ok(open.some(({ from, port }) => from === "load client" && port === "8080"));
      assert.deepEqual(found, JSON.parse(JSON.stringify(found)));
    });
  }

  it("says of dev what is documented", async () => {
    const text = formatReachability(reachabilityOf(await evaluateVariant("dev")), plain);
    const [, page = ""] =
      /```text\n(Who opens[\s\S]*?)```/.exec(readFileSync(join(__dirname, "../../../docs/architecture.md"), "utf8")) ??
      [];
    assert.ok(text.startsWith(page), text);
    assert.match(text, /xray {9}account <account id> {2}xray:GetSamplingRules,/);
    assert.match(text, /s3 {11}anybody {15}s3:GetObject/);
  });

  it("says why what a rule names is not reached", async () => {
    const { rows } = reachabilityOf(await evaluateVariant("proxy"));
    assert.deepEqual(
      rows.filter(({ states }) => states.after !== "open"),
      [{ from: "hello", to: "10.1.0.0/28", port: "3128", states: { after: "route" } }],
    );
  });
});
