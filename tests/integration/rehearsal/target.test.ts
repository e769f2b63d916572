import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { openToTheInternet } from "./account";
import { reportTo } from "./command";
import type { ResourceChange } from "./engineEvents";
import { Rehearsal } from "./rehearsal";
import { requireTime } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, readState, runStep, type Step, upStep } from "./stackRehearsal";

const atOnce = ["--yes", "--skip-preview"];

describe("commands for a part of the stack", function () {
  this.timeout(20 * 60_000);
  let rehearsal: Rehearsal;
  let atFirst: string[];
  let good = true;

  async function run(step: Step): Promise<readonly ResourceChange[]> {
    const { outcome, problems } = await runStep(rehearsal, reportTo(process), step);
    assert.deepEqual(problems, [], `see ${rehearsal.folder}`);
    return outcome.changes;
  }

  /** A command for all resources of these types. */
  async function targeting(command: "up" | "destroy", types: readonly string[], ...options: string[]): Promise<Step> {
    const state = await readState(rehearsal);
    const targets = types.flatMap((type) => state.filter((resource) => resource.type.endsWith(type)));
    assert.ok(targets.length >= types.length, types.join(", "));
    const args = [command, ...atOnce, ...options, ...targets.flatMap(({ urn }) => ["--target", urn])];
    return [`${command} of ${types}`, args, async () => []];
  }

  /** The plain command makes the rest. */
  async function bringAll(): Promise<void> {
    await run(upStep(rehearsal));
    await run(previewWithoutChanges);
  }

  before(async function () {
    rehearsal = await Rehearsal.start("dev", requireTime(this));
    atFirst = await rehearsal.account.inventory();
    await run(upStep(rehearsal));
  });
  afterEach(function () {
    good = good && this.currentTest?.state === "passed";
  });
  after(async () => {
    await rehearsal?.stop();
    if (good) rehearsal?.remove();
  });

  it("leave the service as it is while its image has changed and is not built", async () => {
    appendFileSync(join(rehearsal.project, "app/hello/service.ts"), "\n// Another content.\n");
    assert.deepEqual(await run(await targeting("up", ["ecs/service:Service"])), []);
    const [, args] = await targeting("up", ["ecs/taskDefinition:TaskDefinition"]);
    const { exitCode, errors } = await rehearsal.run(...args);
    assert.equal(exitCode, 1);
    assert.match(errors.join("\n"), /^hello: .*Container\.image should not be null or empty/m);
    await bringAll();
  });

  it("deploy the service with all that it needs", async () => {
    appendFileSync(join(rehearsal.project, "app/hello/service.ts"), "\n// Yet another content.\n");
    const changes = await run(await targeting("up", [":BuiltImage", "ecs/service:Service"], "--target-dependents"));
    assert.ok(changes.some(({ op, type }) => op === "update" && type.endsWith("ecs/service:Service")));
    await bringAll();
  });

  it("open the lease without closing it, which the plain command does", async () => {
    await rehearsal.configure({ collectorImageTag: "3.6.8" });
    await run(await targeting("up", [":NatGatewayLease"]));
    const open = openToTheInternet(await rehearsal.account.inventory());
    assert.equal(open.filter((line) => line.includes(" schedules ")).length, 2, open.join("\n"));
    await bringAll();
  });

  it("destroy a leaf, which the plain command makes again", async () => {
    await run(await targeting("destroy", ["xray/group:Group", ":LoadClientReadiness", ":NatGatewayRelease"]));
    await bringAll();
  });

  it("destroy the service with what depends on it, which the plain command makes again", async () => {
    await run(await targeting("destroy", ["ecs/service:Service"], "--target-dependents"));
    await bringAll();
  });

  it("leave nothing when all is destroyed", async () => {
    await run(destroyStep(rehearsal, atFirst));
  });
});
