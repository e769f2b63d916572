import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "../../..");
const project = join(root, "tests/tools/fixtures/project");
const script = ["-r", join(root, "tools/register.js"), join(root, "tools/preview.ts")];

interface Run {
  readonly code: number;
  readonly stdout: string;
  /** The lines on stderr, without those which tell a patient reader that the program is still running. */
  readonly complaints: readonly string[];
}

/** Runs a program in the fixtures' project. */
function run(program: string, args: readonly string[]): Promise<Run> {
  const options = { cwd: project, env: { ...process.env, NO_COLOR: "1" } };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : 0,
        stdout,
        complaints: stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Still evaluating")),
      }),
    );
  });
}

describe("npm run preview, as a process", () => {
  it("ends with exit code 0 when nothing is wrong", async () => {
    const { stdout, complaints, code } = await run(process.execPath, [...script, "--stack", "none"]);
    assert.match(stdout, /^Preview of stack none, without AWS:\n(.|\n)*\n\d+ checks passed\n$/);
    assert.deepEqual([complaints, code], [[], 0]);
  });

  it("answers an error in a timer with one line and exit code 1", async () => {
    // In its own process mocha would take it for its own.
    const { complaints, code } = await run(process.execPath, [...script, "--stack", "late"]);
    assert.deepEqual([complaints, code], [["error: no luck in the end"], 1]);
  });

  it("lets a reader stop reading", async () => {
    const pipe = '"$0" "$@" --stack none | head -1';
    const result = await run("bash", ["-o", "pipefail", "-c", pipe, process.execPath, ...script]);
    assert.deepEqual(result, { code: 0, stdout: "Preview of stack none, without AWS:\n", complaints: [] });
  });
});
