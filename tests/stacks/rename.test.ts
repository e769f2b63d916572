import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { parse } from "yaml";
import { parseConfig } from "../../config";
import { listStacks, readStackSettings } from "../../tools/evaluation/stackSettings";
import { previewCommand } from "../../tools/preview/command";

const root = join(__dirname, "../..");
const stacks = listStacks(root);

describe("a project with another name", () => {
  let copy: string;

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "renamed-"));
    for (const file of ["Pulumi.yaml", ...stacks.map((stack) => `Pulumi.${stack}.yaml`)]) {
      writeFileSync(join(copy, file), readFileSync(join(root, file)));
    }
    const project = readFileSync(join(copy, "Pulumi.yaml"), "utf8");
    writeFileSync(join(copy, "Pulumi.yaml"), `${project}main: ${join(root, "index.ts")}\n`);
  });

  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  const keysOf = (stack: string): string[] =>
    Object.keys(parse(readFileSync(join(copy, `Pulumi.${stack}.yaml`), "utf8")).config);

  async function preview(stack: string): Promise<{ code: number; errors: string[] }> {
    const [stdout, stderr] = [new PassThrough().resume(), new PassThrough()];
    const output = text(stderr);
    const code = await previewCommand(["--stack", stack], copy, { stdout, stderr });
    stderr.end();
    const errors = (await output).split("\n").filter((line) => line.startsWith("error:"));
    return { code, errors };
  }

  for (const stack of stacks) {
    it(`refuses ${stack}'s old keys, one line each`, async () => {
      const project = readFileSync(join(copy, "Pulumi.yaml"), "utf8");
      writeFileSync(join(copy, "Pulumi.yaml"), project.replace("name: traced-fargate", "name: garden"));
      const foreign = keysOf(stack).filter((key) => key.startsWith("traced-fargate:"));
      assert.ok(foreign.length > 0);
      const expected = foreign.map(
        (key) =>
          `error: Pulumi.${stack}.yaml: ${key}: has no effect, because the project is called garden; ` +
          `type: sed -i.bak 's/^  traced-fargate:/  garden:/' Pulumi.${stack}.yaml`,
      );
      assert.deepEqual(await preview(stack), { code: 1, errors: expected });
    });
  }

  it("is named by the command in docs/operations.md, and keeps all its settings", () => {
    const [, command] =
      /## Rename the project\n.*?```sh\n(.*?)```/s.exec(readFileSync(join(root, "docs/operations.md"), "utf8")) ?? [];
    assert.ok(command);
    const before = Object.fromEntries(stacks.map((stack) => [stack, keysOf(stack)]));
    execFileSync("sh", ["-ec", command], { cwd: copy });
    assert.match(readFileSync(join(copy, "Pulumi.yaml"), "utf8"), /^name: my-project$/m);
    for (const stack of stacks) {
      const renamed = before[stack]?.map((key) => key.replace("traced-fargate:", "my-project:"));
      assert.deepEqual(keysOf(stack), renamed);
      const { project, config } = readStackSettings(stack, copy);
      assert.equal(parseConfig(config, project, stack).project, "my-project");
    }
  });
});
