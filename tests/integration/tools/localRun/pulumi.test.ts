import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestProcess, typescript } from "../../../processes/testProcess";

describe("npm run up and npm run destroy", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "pulumi-"));
    symlinkSync(process.execPath, join(directory, "node"));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  /** Puts a program on the PATH of the test. */
  function install(name: string, script: string): void {
    const file = join(directory, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  const environment = () => ({ PATH: directory, DIRECTORY: directory, KEPT: "environment" });

  function start(...args: string[]) {
    return startIn(environment(), ...args);
  }

  function startIn(env: NodeJS.ProcessEnv, ...args: string[]) {
    const run = new TestProcess(typescript("tools/pulumi.ts", ...args), { env, stdio: "pipe" });
    const result = async () => {
      const [code] = await run.exited;
      // How often it says that it goes on depends on the machine.
      return { code, output: run.output, errors: run.errors.replace(/^ {2}still .*\n/gm, "") };
    };
    return { run, result };
  }

  const say = 'echo "$0 [$*] $KEPT" | sed "s#$DIRECTORY/##"';
  const tools = `PATH=${process.env.PATH}\n`;

  it("hand their arguments to the pulumi on PATH, and its output and exit code back", async () => {
    install("pulumi", `${tools}${say}\necho "no credentials" >&2\nread answer\necho "answered $answer"\nexit 7`);
    const { run, result } = start("up", "--stack", "dev stack", "--yes");
    run.child.stdin?.end("yes\n");
    assert.deepEqual(await result(), {
      code: 7,
      output: "pulumi [up --stack dev stack --yes] environment\nanswered yes\n",
      errors: "no credentials\n",
    });
  });

  it("use a pinned CLI through npx where there is none", async () => {
    install("npx", `${tools}${say}\n[ "$3" = version ] || exit 3`);
    assert.deepEqual(await start("destroy", "--yes").result(), {
      code: 3,
      output: "npx [--yes pulumi@3.250.0 destroy --yes] environment\n",
      errors: "pulumi is not on PATH: using npx pulumi@3.250.0, which is downloaded the first time.\n",
    });
  });

  const missing = {
    "when npx cannot fetch it": ['echo "npm warn old\nnpm error code ENOTFOUND" >&2\nexit 1', "code ENOTFOUND"],
    "when there is no npx either": [undefined, "npx is not on PATH"],
  } as const;
  for (const [when, [npx, reason]] of Object.entries(missing)) {
    it(`say in one line what is missing ${when}`, async () => {
      if (npx !== undefined) install("npx", npx);
      const { code, output, errors } = await start("up").result();
      assert.deepEqual([code, output], [1, ""]);
      assert.equal(
        errors.slice(errors.indexOf("\n")),
        `\nCannot start Pulumi: no pulumi on PATH, and npx pulumi@3.250.0 failed (${reason}). ` +
          "Install it: https://www.pulumi.com/docs/iac/download-install/\n",
      );
    });
  }

  it("do nothing when npm has taken their options for its own", async () => {
    install("pulumi", `${tools}${say}`);
    const run = startIn({ ...environment(), npm_config_stack: "true", npm_config_yes: "true" }, "destroy", "prod");
    assert.deepEqual(await run.result(), {
      code: 1,
      output: "",
      errors: "error: npm took --stack and --yes for its own: type npm run destroy -- and then the options\n",
    });
  });

  it("wait for the CLI when Ctrl-C interrupts it, and pass SIGTERM on", async () => {
    const ends = "trap 'echo terminated; exit 5' TERM";
    install("pulumi", `${tools}${ends}\necho started\nwhile true; do sleep 0.02; done`);
    const { run, result } = start("up");
    await run.prints(/started/);
    // From a terminal the CLI gets it as well, and finishes what it is at.
    run.child.kill("SIGINT");
    run.child.kill("SIGTERM");
    assert.deepEqual(await result(), { code: 5, output: "started\nterminated\n", errors: "" });
  });

  it("exit as a shell does when the CLI is killed", async () => {
    install("pulumi", "kill -9 $$");
    assert.equal((await start("up").result()).code, 137);
  });
});
