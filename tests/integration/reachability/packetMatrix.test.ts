import { join } from "node:path";
import { listStacks } from "../../../tools/evaluation/stackSettings";
import { temporaryEgress } from "../../../tools/network/lease";
import { readGraph } from "../../../tools/network/readGraph";
import { evaluateVariant } from "../../stacks/evaluateVariant";
import { KernelNetwork } from "./kernelNetwork";
import { assertAgreement, summary } from "./pairs";
import { requireNetworks } from "./requireNetworks";

describe("who reaches whom, by the kernel's own packets", () => {
  before(function () {
    requireNetworks(this);
  });

  for (const stack of listStacks(join(__dirname, "../../.."))) {
    it(`is in ${stack} what is computed, during and after a deployment`, async () => {
      const evaluation = await evaluateVariant(stack);
      const moments = temporaryEgress(evaluation) === undefined ? (["after"] as const) : (["during", "after"] as const);
      const graphs = moments.map((moment) => ({ moment, graph: readGraph(evaluation, moment) }));
      const kernel = await KernelNetwork.open(graphs.map(({ graph }) => graph));
      try {
        for (const { moment, graph } of graphs) {
          const tried = await kernel.tryAll(graph);
          console.log(`      ${stack} ${moment} pulumi up: ${summary(tried)}`);
          assertAgreement(tried);
        }
      } finally {
        await kernel.close();
      }
    });
  }
});
