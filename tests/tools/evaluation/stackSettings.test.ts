import assert from "node:assert/strict";
import { join } from "node:path";
import { listStacks, readStackSettings, StackSettingsError } from "../../../tools/evaluation/stackSettings";

const projectDir = join(__dirname, "fixtures/project");

describe("readStackSettings", () => {
  it("joins the project's defaults and the stack's values, as text", () => {
    assert.deepEqual(readStackSettings("full", projectDir), {
      project: "garden",
      entryPoint: join(projectDir, "index.ts"),
      config: {
        "garden:mistake": "none",
        "garden:zones": '["c"]',
        "aws:region": "eu-central-1",
        "garden:count": "3",
        "garden:on": "true",
        "garden:tags": '{"a":"b"}',
        "garden:password": "(secret)",
      },
    });
  });

  it("takes the defaults where the stack says nothing", () => {
    assert.deepEqual(readStackSettings("cidr", projectDir).config, {
      "garden:mistake": "cidr",
      "garden:zones": '["a","b"]',
      "aws:region": "eu-west-1",
    });
  });

  it("says in one line which file cannot be read, and why", () => {
    const problems = {
      unreadable: /^Pulumi\.unreadable\.yaml cannot be read: [^\n]+$/,
      list: /^Pulumi\.list\.yaml cannot be read: it must hold keys and values$/,
      prod: /^unknown stack "prod": known are apply, cidr, [^\n]+$/,
    };
    for (const [stack, message] of Object.entries(problems)) {
      const { name } = StackSettingsError;
      assert.throws(() => readStackSettings(stack, projectDir), { name, message });
    }
  });

  it("lists no stacks where there are none", () => {
    assert.deepEqual(listStacks(__dirname), []);
  });
});
