import assert from "node:assert/strict";
import { scripts } from "../../../package.json";
import { TestProcess } from "../../processes/testProcess";

/** The commands of this project, which are programs in TypeScript. */
const commands = Object.entries(scripts).filter(([, script]) => script.startsWith("node -r ./tools/register.js "));

describe("every command", () => {
  for (const [name, script] of commands) {
    const typed = name === "start" ? "npm start" : `npm run ${name}`;
    for (const option of ["-h", "--help"]) {
      it(`${typed} -- ${option} explains it in lines of 80 columns`, async () => {
        const run = new TestProcess([...script.split(" "), option]);
        assert.deepEqual([await run.exited, run.errors], [[0, null], ""]);
        const [first = "", ...lines] = run.output.split("\n");
        assert.ok(first === typed || first.startsWith(`${typed} `), first);
        assert.ok(lines.some((line) => /^ {4}-h, --help /.test(line)));
        assert.deepEqual(
          lines.filter((line) => line.length > 80),
          [],
        );
      });
    }
  }
});
