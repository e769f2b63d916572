import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");

describe("where Pulumi's host starts", () => {
  it("is index.ts, compiled without the host's compiler, whose errors name lines of the source", () => {
    // As after the host has put its own compiler in place. Without an engine there are no settings, which is an error.
    const script = `
      require.extensions[".ts"] = () => { throw new Error("compiled by the host"); };
      require(${JSON.stringify(root)} + "/" + require("./package.json").main);
    `;
    const { status, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
    assert.equal(status, 1);
    const [, line] = /\(\S+\/config\/index\.ts:(\d+):\d+\)/.exec(stderr) ?? assert.fail(stderr);
    const source = readFileSync(join(root, "config/index.ts"), "utf8").split("\n");
    assert.match(source[Number(line) - 1] ?? "", /new ConfigError/);
  });
});
