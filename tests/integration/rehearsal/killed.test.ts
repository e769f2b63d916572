import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../../tools/values";
import { inventoryDifference } from "./account";
import { reportTo } from "./command";
import { describeMoment, type Interruption, type Moment, runInterrupted } from "./interruption";
import { type Programs, Rehearsal } from "./rehearsal";
import { requirePrograms } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, runStep, type Step, unexpectedChanges, upStep } from "./stackRehearsal";
import { typeLeftovers } from "./typedCommands";

/** A command that is interrupted, and the one that is typed afterwards. */
interface Case {
  readonly command: "up" | "destroy";
  readonly by: Interruption;
  readonly at: Moment;
  readonly after: "up" | "destroy";
  /** One of those for which continuous integration has the time. */
  readonly quick?: true;
}

/** A kill of `up`, and so on; the order saves deployments, each case ends as the next one begins. */
const cases: readonly Case[] = [
  { command: "up", by: "kill", at: { call: "ContainerService.CreateService" }, after: "up", quick: true },
  { command: "destroy", by: "kill", at: { step: "begins", type: "NatGatewayRelease" }, after: "up", quick: true },
  { command: "up", by: "Ctrl-C", at: { step: "begins", type: "NatGatewayLease" }, after: "destroy", quick: true },
  { command: "up", by: "kill", at: { call: "PutRolePolicy" }, after: "destroy", quick: true },
  { command: "up", by: "kill", at: { call: "CreatePrivateDnsNamespace" }, after: "up" },
];

/** What `npm run leftovers` does not see, as docs/interrupted-deployments.md says. */
const unseen =
  / (iam (roles|role_policies|instance_profiles)|applicationautoscaling \S+|ecr pull_through_cache_rules) /;

const atOnce = ["--yes", "--skip-preview"];
const clearPendingCreates: Step = [
  "clear what was pending",
  ["refresh", ...atOnce, "--clear-pending-creates"],
  async (outcome) => unexpectedChanges(outcome),
];

describe("a command that is interrupted", function () {
  this.timeout(20 * 60_000);
  const listener = reportTo(process);
  let programs: Programs;
  let rehearsal: Rehearsal | undefined;
  let isDeployed = false;
  /** The account without the stack. */
  let empty: readonly string[] = [];

  before(function () {
    programs = requirePrograms(this);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "passed") return;
    // State and logs are kept, and the next case begins anew.
    await rehearsal?.stop();
    rehearsal = undefined;
    isDeployed = false;
  });
  after(async () => {
    await rehearsal?.stop();
    rehearsal?.remove();
  });

  async function run(on: Rehearsal, step: Step): Promise<void> {
    const { problems } = await runStep(on, listener, step);
    assert.deepEqual(problems, [], `see ${on.folder}`);
  }

  async function begin(): Promise<Rehearsal> {
    rehearsal = await Rehearsal.start("dev", programs);
    empty = await rehearsal.account.inventory();
    return rehearsal;
  }

  /** Deploys and looks whether all is as it should be, or destroys. */
  async function bring(on: Rehearsal, to: "up" | "destroy"): Promise<void> {
    if (to === "up") {
      await run(on, upStep(on));
      await run(on, clearPendingCreates);
      await run(on, previewWithoutChanges);
    } else {
      const [name, args] = destroyStep(on, empty);
      const compare = async () => inventoryDifference(empty, await on.account.inventory());
      await run(on, [name, args, async () => (await compare()).filter((line) => !unseen.test(line))]);
      empty = await on.account.inventory();
    }
    isDeployed = to === "up";
  }

  const all = process.env.REHEARSE_ALL_STACKS === "true";
  for (const { command, by, at, after: next } of cases.filter(({ quick }) => all || quick)) {
    const title = by === "kill" ? "is killed" : "gets Ctrl-C";
    it(`${command} ${title} ${describeMoment(at)}, and after ${next} nothing is left`, async () => {
      const on = rehearsal ?? (await begin());
      if (isDeployed !== (command === "destroy")) await bring(on, command === "destroy" ? "up" : "destroy");
      const { exitCode, errors } = await runInterrupted(on, [command, ...atOnce], { at, by });
      if (by === "kill") {
        assert.equal(exitCode, null);
        repairState(on);
        await on.must("cancel", "--yes");
        const typed = await typeLeftovers(on, programs.moto);
        if (typed.length > 0) console.log(`      typed:\n        ${typed.join("\n        ")}`);
      } else {
        assert.equal(exitCode, 1, errors.join("; "));
      }
      await bring(on, next);
    });
  }
});

/** With the state in a folder, a kill may leave it cut off (docs/interrupted-deployments.md). */
function repairState({ folder, stack }: Rehearsal): void {
  const file = join(folder, `state/.pulumi/stacks/traced-fargate/${stack}.json`);
  if (parseJson(readFileSync(file, "utf8")) === undefined) copyFileSync(`${file}.bak`, file);
}
