import assert from "node:assert/strict";
import { join } from "node:path";
import { TestProcess, typescript } from "../../processes/testProcess";

const root = join(__dirname, "../../..");
const project = join(root, "tests/tools/evaluation/fixtures/project");
const preview = typescript(join(root, "tools/preview.ts"));

/** Runs a program in the fixtures' project; without the lines which tell a patient reader that it is still running. */
async function run(...command: readonly string[]) {
  const ended = new TestProcess(command, { cwd: project, env: { ...process.env, NO_COLOR: "1" } });
  const [code] = await ended.exited;
  const complaints = ended.errors.split("\n").filter((line) => line !== "" && !line.startsWith("Still evaluating"));
  return { code, stdout: ended.output, complaints };
}

describe("npm run preview, as a process", () => {
  it("answers an error in a timer with one line and exit code 1", async () => {
    // In its own process mocha would take it for its own.
    const { complaints, code } = await run(...preview, "--stack", "late");
    assert.deepEqual([complaints, code], [["error: no luck in the end"], 1]);
  });

  it("lets a reader stop reading", async () => {
    const pipe = '"$0" "$@" --stack none | head -1';
    const result = await run("bash", "-o", "pipefail", "-c", pipe, ...preview);
    assert.deepEqual(result, { code: 0, stdout: "Preview of stack none, without AWS:\n", complaints: [] });
  });
});
