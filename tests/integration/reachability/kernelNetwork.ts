import { allPorts, type NetworkGraph, type NetworkNode } from "../../../tools/network/graph";
import { addressText, cut } from "../../../tools/network/ranges";
import { type Obstacle, type Reach, reachability } from "../../../tools/network/reachability";
import { natSubnets, publicAddress } from "./addresses";
import { type Agent, Namespaces } from "./namespaces";
import { graphScript, namespacesScript, openScript } from "./scripts";

/** What came of an attempt: `open`, what kept it, or in words what should not have happened. */
type Outcome = Obstacle | "open" | `unexpected: ${string}`;

/** What came of a pair of the matrix, and whether its other end was reached with rules and routes opened by hand. */
export interface Tried {
  readonly reach: Reach;
  readonly outcome: Outcome;
  readonly isLive: boolean;
}

/**
 * A network as the Linux kernel makes it of a graph. Each node is a network namespace with the routes of its subnet and a
 * stateful table that denies by default for its security groups. All are on one switch, as is each NAT gateway, which
 * masquerades. The internet gateway translates public addresses, and lies between the switch and the internet.
 *
 * Nobody waits for a refusal: without a route the kernel refuses to send, and what no rule allows is written down in a
 * set of the table and answered with a reset, or an ICMP message. An attempt that is refused and is in no such set has met
 * something that did not listen, and counts as unexpected.
 */
export class KernelNetwork {
  private readonly agents: Agent[];
  private readonly nodes: readonly NetworkNode[];

  private constructor(
    private readonly namespaces: Namespaces,
    private readonly natGateways: readonly (string | undefined)[],
    { nodes }: NetworkGraph,
  ) {
    this.nodes = nodes;
    this.agents = nodes.map((_node, index) => namespaces.agent(`${index}`));
  }

  /** Makes the namespaces of some graphs, which have the same nodes, and listens everywhere. */
  static async open(graphs: readonly NetworkGraph[]): Promise<KernelNetwork> {
    const [first] = graphs;
    if (first === undefined) throw new Error("there is no graph");
    const namespaces = await Namespaces.open();
    try {
      const natGateways = [...new Set(graphs.flatMap(natSubnets))];
      await namespaces.run(namespacesScript(first, natGateways));
      const network = new KernelNetwork(namespaces, natGateways, first);
      const ports = (protocol: string) => [
        ...new Set(graphs.flatMap((graph) => cut(allPorts, graph.ports.get(protocol) ?? []).map(({ first }) => first))),
      ];
      await Promise.all(network.nodes.map((node) => network.listen(node, { tcp: ports("tcp"), udp: ports("udp") })));
      return network;
    } catch (error) {
      await namespaces.close();
      throw error;
    }
  }

  /** Has a node listen on some ports, and on no others. */
  async listen(node: NetworkNode, ports: { readonly tcp: readonly number[]; readonly udp: readonly number[] }) {
    const index = this.indexOf(node);
    await this.agents[index]?.ask({ listening: { name: `node ${index}`, ...ports } });
  }

  /** Tries every pair of a graph with packets, and those that are blocked again, with all rules and routes opened. */
  async tryAll(graph: NetworkGraph): Promise<Tried[]> {
    if (JSON.stringify(graph.nodes) !== JSON.stringify(this.nodes)) throw new Error("the graph has other nodes");
    await this.namespaces.run(graphScript(graph, this.natGateways));
    const reaches = reachability(graph);
    const outcomes = await this.attempt(reaches);
    const isBlocked = (_reach: unknown, index: number) => outcomes[index] !== "open";
    await this.namespaces.run(openScript(graph));
    const opened = await this.attempt(reaches.filter(isBlocked), (node) => addressText(node.address));
    const live = reaches.map((reach, index) => !isBlocked(reach, index) || opened.shift() === "open");
    return reaches.map((reach, index) => {
      return { reach, outcome: outcomes[index] ?? "unexpected: nothing", isLive: live[index] === true };
    });
  }

  async close(): Promise<void> {
    await this.namespaces.close();
  }

  /** Tries connections, all at once. */
  private async attempt(
    reaches: readonly Reach[],
    addressOf = (to: NetworkNode, from: NetworkNode) =>
      from.kind === "internet" && to.isPublic ? publicAddress(this.indexOf(to)) : addressText(to.address),
  ): Promise<Outcome[]> {
    const answers = new Map<Reach, string>();
    await Promise.all(
      this.agents.map(async (agent, index) => {
        const own = reaches.filter(({ from }) => this.indexOf(from) === index);
        const attempts = own.map(({ from, to, protocol, ports }) => {
          return { protocol, address: addressOf(to, from), port: ports.first };
        });
        const outcomes = (await agent.ask({ attempts })) as string[];
        own.forEach((reach, at) => {
          answers.set(reach, outcomes[at] ?? "nothing");
        });
      }),
    );
    const denied = await this.deniedPackets();
    return reaches.map((reach) => this.outcomeOf(reach, answers.get(reach) ?? "nothing", denied));
  }

  private outcomeOf(
    { from, to, protocol, ports }: Reach,
    answer: string,
    denied: ReadonlyMap<string, ReadonlySet<string>>,
  ): Outcome {
    if (answer === `node ${this.indexOf(to)}`) return "open";
    if (answer === "ENETUNREACH") return "route";
    // What a router answers that prohibits the rest.
    if (answer === "EHOSTUNREACH") return "gateway";
    const packet = [addressText(from.address), addressText(to.address), protocol, ports.first].join();
    const isDenied = (namespace: string) => denied.get(namespace)?.has(packet);
    if (answer === "ECONNREFUSED") {
      if (isDenied(`${this.indexOf(from)}`)) return from.kind.endsWith("endpoint") ? "endpoint" : "egress rule";
      if (isDenied("igw")) return "gateway";
      if (isDenied(`${this.indexOf(to)}`)) return "ingress rule";
    }
    return `unexpected: ${answer}`;
  }

  private indexOf({ name, index }: NetworkNode): number {
    return this.nodes.findIndex((each) => each.name === name && each.index === index);
  }

  /** What was denied, by the namespace that did. */
  private async deniedPackets(): Promise<Map<string, Set<string>>> {
    const names = [...this.nodes.keys(), "igw"].map((name) => `${name}`);
    const list = (name: string) => `ip netns exec ${name} nft -j list set inet reach denied 2>/dev/null || echo '{}'`;
    const lines = (await this.namespaces.run(names.map(list).join("\n"))).trim().split("\n");
    return new Map(
      names.map((name, index) => {
        const { nftables = [] } = JSON.parse(lines[index] ?? "{}") as { nftables?: { set?: { elem?: Packet[] } }[] };
        const elements = nftables.flatMap(({ set }) => set?.elem ?? []);
        return [name, new Set(elements.map(({ concat }) => concat.join()))];
      }),
    );
  }
}

/** An element of the set of denied packets. */
interface Packet {
  readonly concat: readonly (string | number)[];
}
