import assert from "node:assert/strict";
import { limitWarnings } from "../../../app/tracing/warnings";

describe("limitWarnings", () => {
  it("warns of each problem at most once a minute", () => {
    let now = 0;
    const lines: [object, string][] = [];
    const warn = limitWarnings({ warn: (fields, message) => lines.push([fields, message]) }, () => now);
    const error = new Error("refused");
    warn("no rules", error, { status: 503 });
    warn("too large", undefined, { traceId: "1-2-3" });
    now = 59_999;
    warn("no rules", error);
    warn("too large", undefined, { traceId: "4-5-6" });
    now = 60_000;
    warn("no rules", error);
    assert.deepEqual(lines, [
      [{ status: 503, err: error }, "no rules"],
      [{ traceId: "1-2-3" }, "too large"],
      [{ err: error }, "no rules"],
    ]);
  });
});
