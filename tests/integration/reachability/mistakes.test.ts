import assert from "node:assert/strict";
import { checks, formatFinding } from "../../../tools/checks";
import type { Evaluation } from "../../../tools/evaluation/evaluation";
import { readGraph } from "../../../tools/network/readGraph";
import { evaluateVariant } from "../../stacks/evaluateVariant";
import { KernelNetwork } from "./kernelNetwork";
import { mistakes } from "./mistakes";
import { assertAgreement, computedOutcomes, differences, summary, triedOutcomes } from "./pairs";
import { requireNetworks } from "./requireNetworks";

describe("mistakes in a network", () => {
  let sound: Evaluation;
  let kernel: KernelNetwork;

  before(async function () {
    requireNetworks(this);
    sound = await evaluateVariant("dev");
    kernel = await KernelNetwork.open([
      ...(["during", "after"] as const).map((moment) => readGraph(sound, moment)),
      ...mistakes.map(({ plant, moment }) => readGraph(plant(sound), moment)),
    ]);
  });
  after(() => kernel?.close());

  for (const { name, moment, plant, difference, finding } of mistakes) {
    it(`finds ${name}`, async () => {
      const evaluation = plant(sound);
      const [before, graph] = [readGraph(sound, moment), readGraph(evaluation, moment)];
      const tried = await kernel.tryAll(graph);
      assertAgreement(tried);
      const byPackets = differences(computedOutcomes(before), triedOutcomes(tried));
      assert.deepEqual(differences(computedOutcomes(before), computedOutcomes(graph)), byPackets);
      if (difference === undefined) assert.deepEqual(byPackets, []);
      else assert.ok(byPackets.includes(difference), byPackets.join("\n"));
      const found = await findings(evaluation);
      if (finding === undefined) assert.deepEqual(found, await findings(sound));
      else assert.match(found.join("\n"), finding);
    });
  }

  it("takes nobody for blocked who would not be reached anyway", async () => {
    const graph = readGraph(sound, "after");
    const deaf = graph.nodes.find(({ name }) => name === "internet");
    assert.ok(deaf);
    await kernel.listen(deaf, { tcp: [], udp: [] });
    const tried = await kernel.tryAll(graph);
    const missed = tried.filter(({ reach }) => reach.to === deaf);
    assert.ok(missed.length > 0 && missed.every(({ isLive }) => !isLive));
    assert.match(summary(tried), new RegExp(`^pairs ${tried.length}, tried ${tried.length - missed.length}, `));
    assert.throws(
      () => assertAgreement(tried),
      /hello to internet on 443: computed route, tried route, and not reached/,
    );
  });
});

async function findings(evaluation: Evaluation): Promise<string[]> {
  return (await Promise.all(checks.map((check) => check(evaluation)))).flat().map(formatFinding);
}
