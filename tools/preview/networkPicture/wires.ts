import { type Band, type Connection, internet, type Network } from "./network";

/** Connections to one target at one port, drawn as one line that all sources join. */
export interface Wire {
  readonly key: string;
  readonly sources: readonly string[];
  readonly to: string;
  readonly port: string;
  readonly state: Connection["state"];
  /** From outside to a resident: the arrow is at the resident. */
  readonly isInward: boolean;
}

/** Where wires run in a band: above its boxes, below them, and for calls from other bands along the left border. */
export interface Lanes {
  readonly top: readonly string[];
  readonly bottom: readonly string[];
}

/** All that has to be drawn between boxes. */
export interface WirePlan {
  /** Lines that run by the right of the residents. */
  readonly wires: readonly Wire[];
  /** Connections between residents. */
  readonly calls: readonly Connection[];
  /** By the number of the band. */
  readonly lanes: readonly Lanes[];
  /** After how many bands the gateway endpoints stand, which are in no subnet. */
  readonly gatewayRow: number;
}

/** Decides which lines run above, below or beside the residents of each band, before anything has a place. */
export function planWires(network: Network): WirePlan {
  const { bands, connections } = network;
  const isResident = (node: string) => bands.some(({ residents }) => residents.some((each) => each.node === node));
  const calls = connections.filter(({ from, to }) => isResident(from) && isResident(to));
  const wires = wiresOf(connections.filter((each) => !calls.includes(each)));
  const occupied = bands.flatMap(({ residents }, index) => (residents.length > 0 ? [index] : []));
  const gatewayRow = occupied.length > 1 ? (occupied[0] ?? 0) + 1 : bands.length;
  const lanes = bands.map((band, index): Lanes => {
    const within = (node: string) => band.residents.some((each) => each.node === node);
    const here = wires.filter(({ sources }) => sources.some(within));
    const side = (wire: Wire) => sideOf(wire, band, rowOf(wire.to, network, gatewayRow) - index);
    return {
      top: [
        ...calls.filter((call) => usesTopLane(call, bands) && (within(call.from) || within(call.to))).map(callKey),
        ...here.filter((wire) => side(wire) === "top").map(({ key }) => key),
      ],
      bottom: here.filter((wire) => side(wire) === "bottom").map(({ key }) => key),
    };
  });
  return { wires, calls, lanes, gatewayRow };
}

/** What a call's lane is known by. */
export function callKey({ from, to, port }: Connection): string {
  return `${from} > ${to} ${port}`;
}

function wiresOf(connections: readonly Connection[]): Wire[] {
  const wires = new Map<string, Wire>();
  for (const { from, to, port, state } of connections) {
    const isInward = from === internet || from.startsWith("addresses ");
    const [near, far] = isInward ? [to, from] : [from, to];
    const key = `${isInward ? "from" : "to"} ${far} ${port} ${state}`;
    wires.set(key, { key, sources: [...(wires.get(key)?.sources ?? []), near], to: far, port, state, isInward });
  }
  return [...wires.values()].sort((a, b) => trunkOrder(a) - trunkOrder(b));
}

/** From the left: what goes furthest up crosses least of the others there. */
function trunkOrder({ to }: Wire): number {
  if (to.startsWith("endpoints ")) return 3;
  if (to.startsWith("gateway ")) return 2;
  return to.startsWith("addresses ") ? 1 : 0;
}

/** The row of a target: a band's number, half a step before it for the gateway endpoints. */
function rowOf(node: string, { bands }: Network, gatewayRow: number): number {
  if (node.startsWith("gateway ")) return gatewayRow - 0.5;
  if (node.startsWith("addresses ")) return bands.length;
  const row = bands.findIndex(({ endpoints, gateways }) =>
    [...endpoints, ...gateways].some((each) => each.node === node),
  );
  return row;
}

function sideOf({ sources }: Wire, { residents }: Band, below: number): "top" | "bottom" | "side" {
  if (below !== 0) return below < 0 ? "top" : "bottom";
  return sources.length === 1 && residents.at(-1)?.node === sources[0] ? "side" : "bottom";
}

/** Whether a call needs a way around other boxes: neighbours are joined by a straight line. */
export function usesTopLane({ from, to }: Connection, bands: readonly Band[]): boolean {
  const [source, target] = [placeOf(from, bands), placeOf(to, bands)];
  return source.band === target.band ? target.index !== source.index + 1 : source.index !== 0 || target.index !== 0;
}

/** The band of a resident, and its place in it. */
export function placeOf(node: string, bands: readonly Band[]): { readonly band: number; readonly index: number } {
  const band = bands.findIndex(({ residents }) => residents.some((each) => each.node === node));
  return { band, index: bands[band]?.residents.findIndex((each) => each.node === node) ?? -1 };
}
