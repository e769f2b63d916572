import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Io } from "../../../tools/operate/command";
import { loadCommand } from "../../../tools/operate/load/command";
import { logsCommand } from "../../../tools/operate/logs/command";
import { statusCommand } from "../../../tools/operate/status/command";
import { type } from "../../tools/operate/typed";
import { awsEnvironment } from "../account";
import { Rehearsal } from "./rehearsal";
import { requireTime } from "./requirePrograms";

describe("the commands of a day, with the real engine", function () {
  this.timeout(20 * 60_000);
  let environment: NodeJS.ProcessEnv;
  let rehearsal: Rehearsal | undefined;

  beforeEach(() => {
    environment = { ...process.env };
  });

  afterEach(async () => {
    process.env = environment;
    await rehearsal?.stop();
  });

  it("understand the outputs and the state of dev, before it is deployed, then, and when it is destroyed", async function () {
    const programs = requireTime(this);
    const started = await Rehearsal.start("dev", programs);
    rehearsal = started;
    Object.assign(process.env, awsEnvironment(started.account.endpoint));
    const io: Partial<Io> = {
      projectDir: started.project,
      pulumi: async (args) => {
        const { exitCode, log } = await started.run(...args);
        const output = readFileSync(log, "utf8");
        return { exitCode: exitCode ?? 1, output, errors: output };
      },
    };
    const notDeployed = "error: stack dev is not deployed; type: npm run up -- --stack dev\n";
    assert.equal((await type(statusCommand, "", io)).stderr, notDeployed);

    await started.must("up", "--yes", "--skip-preview");
    const status = await type(statusCommand, "--json", io);
    const { healthy, problems, services, client, leftovers } = JSON.parse(status.stdout);
    assert.deepEqual([status.code, healthy, problems, leftovers], [0, true, [], []], status.stderr);
    assert.deepEqual([services[0].name, services[0].runningTasks, client.ping], ["hello", 1, "Online"]);
    assert.equal((await type(logsCommand, "--json --since 1d", io)).code, 0);
    // The stand-in's client says nothing of Apache Bench.
    assert.match((await type(loadCommand, "", io)).stderr, /^error: client i-\w+ sent no load: /);

    await started.must("destroy", "--yes", "--skip-preview");
    assert.equal((await type(statusCommand, "", io)).stderr, notDeployed);
    started.remove();
  });
});
