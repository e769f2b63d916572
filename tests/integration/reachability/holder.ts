/** Holds a network of two nodes until it is killed. */
import type { NetworkGraph } from "../../../tools/network/graph";
import { rangeOf } from "../../../tools/network/ranges";
import { KernelNetwork } from "./kernelNetwork";

const addresses = rangeOf("10.0.0.0/24") ?? { first: 0, last: 0 };

/** A network of two nodes that reach nobody. */
export const strangers: NetworkGraph = {
  nodes: [0, 1].map((index) => ({
    ...{ name: "task", index, kind: "service" as const, address: addresses.first + 4 + index, subnet: "subnet" },
    ...{ groups: [], isPublic: false },
  })),
  subnets: [{ id: "subnet", addresses, routes: [{ destination: addresses, target: { kind: "local" }, text: "" }] }],
  rules: [],
  ports: new Map([["tcp", []]]),
};

if (require.main === module) {
  void KernelNetwork.open([strangers]).then(() => console.log("up"));
}
