import assert from "node:assert/strict";
import { parseOptions } from "../../../tools/terminal/commandLine";

const options = { stack: { type: "string" }, against: { type: "string" }, keep: { type: "boolean" } } as const;
const parse = (line: string, environment: NodeJS.ProcessEnv = {}) => ({
  ...parseOptions(options, line.split(" ").filter(Boolean), environment),
});

describe("a command line", () => {
  const understood: readonly [what: string, line: string, environment: NodeJS.ProcessEnv, values: object][] = [
    ["its own options", "--stack chain --keep", {}, { stack: "chain", keep: true }],
    ["-h as --help", "-h", {}, { help: true }],
    [
      "what npm 10 took for its own",
      "",
      { npm_config_stack: "chain", npm_config_keep: "true" },
      { stack: "chain", keep: true },
    ],
    ["what npm 11 took for its own", "chain", { npm_config_stack: "true" }, { stack: "chain" }],
    ["an option of its own before npm's", "--stack dev", { npm_config_stack: "chain" }, { stack: "dev" }],
    ["what npm was told not to do", "", { npm_config_keep: "" }, { keep: false }],
  ];
  for (const [what, line, environment, values] of understood) {
    it(`takes ${what}`, () => assert.deepEqual(parse(line, environment), values));
  }

  const allowed = "allowed are --stack <stack>, --against <against>, --keep, --help";
  const mistakes: readonly [line: string, environment: NodeJS.ProcessEnv, message: string][] = [
    ["--stak dev", {}, `unknown option --stak: did you mean --stack? ${allowed}`],
    ["--quietly", {}, `unknown option --quietly: ${allowed}`],
    ["-x", {}, `unknown option -x: ${allowed}`],
    ["dev", {}, `unknown argument dev: ${allowed}`],
    ["--keep=yes", {}, `--keep takes no value: ${allowed}`],
    ["", { npm_config_stack: "true" }, `--stack needs a value: ${allowed}`],
    ["chain extra", { npm_config_stack: "true" }, `unknown argument extra: ${allowed}`],
    [
      "chain main",
      { npm_config_stack: "true", npm_config_against: "true" },
      "npm took --stack and --against for its own: type -- before them",
    ],
  ];
  for (const [line, environment, message] of mistakes) {
    it(`answers "${[line, ...Object.keys(environment)].join(" ").trim()}" with what is allowed`, () => {
      assert.throws(() => parse(line, environment), { message });
    });
  }
});
