import assert from "node:assert/strict";
import { freePort } from "../../../../tools/localRun/task/ports";
import { TestProcess, typescript } from "../../../processes/testProcess";

/** Runs a service's `main.ts`, with nothing in its environment but what is given. */
function startService(name: string, environment: Record<string, string>): TestProcess {
  return new TestProcess(typescript(`app/${name}/main.ts`), { env: { PATH: process.env.PATH, ...environment } });
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
      const service = startService(name, { PORT: String(port), ...environment });
      await service.prints(/"listening"/);
      const response = await fetch(`http://127.0.0.1:${port}/health`);
      assert.deepEqual(await response.json(), { status: "ok" });
      service.child.kill("SIGTERM");
      assert.deepEqual(await service.exited, [0, null], service.output);
    });
  }

  it("say in one line which variable they cannot start with", async () => {
    const service = startService("bff", { DATE_URL: "http://127.0.0.1:9" });
    assert.deepEqual(await service.exited, [1, null]);
    assert.equal(service.errors, 'bff: TIME_URL is "": use the address of the service time, as in http://time:8080\n');
  });
});
