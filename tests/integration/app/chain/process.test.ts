import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { collected } from "../../../processes/collected";
import { freePort } from "../../../processes/freePort";

const root = join(__dirname, "../../../..");

/** Runs a service's `main.ts`, with nothing in its environment but what is given. */
function spawnService(name: string, environment: Record<string, string>) {
  const loader = ["-r", "./tools/register.js"];
  const child: ChildProcess = spawn(process.execPath, [...loader, join(root, "app", name, "main.ts")], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collected(child.stdout, child.stderr);
  const ended = once(child, "close").then(([code, signal]) => code ?? signal);
  return { child, ended, output };
}

const environments: Readonly<Record<string, Record<string, string>>> = {
  hello: {},
  frontend: { BFF_URL: "http://127.0.0.1:9", AWS_REGION: "eu-central-1" },
  bff: { DATE_URL: "http://127.0.0.1:9", TIME_URL: "http://127.0.0.1:9" },
  date: { TABLE_NAME: "table", AWS_REGION: "eu-central-1" },
  time: { TABLE_NAME: "table", AWS_REGION: "eu-central-1" },
};

describe("the services as processes", () => {
  for (const [name, environment] of Object.entries(environments)) {
    it(`${name} starts without those it calls, is healthy, and ends with 0 at SIGTERM`, async () => {
      const port = await freePort();
      const { child, ended, output } = spawnService(name, { PORT: String(port), ...environment });
      while (!output().includes('"listening"') && child.exitCode === null) {
        await Promise.race([once(child.stdout ?? child, "data"), ended]);
      }
      assert.equal(child.exitCode, null, output());
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      assert.deepEqual(await response.json(), { status: "ok" });
      child.kill("SIGTERM");
      assert.equal(await ended, 0, output());
    });
  }

  it("say in one line which variable they cannot start with", async () => {
    const { ended, output } = spawnService("bff", { DATE_URL: "http://127.0.0.1:9" });
    assert.equal(await ended, 1);
    assert.equal(output(), 'bff: TIME_URL is "": use the address of the service time, as in http://time:8080\n');
  });
});
