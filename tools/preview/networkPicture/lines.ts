import type { Box, Point, Shape } from "./drawing";
import { type Layout, size } from "./layout";
import { type Connection, internet, type Network } from "./network";
import { callKey, placeOf, usesTopLane, type Wire, type WirePlan } from "./wires";

const nowhere: Box = { x: 0, y: 0, width: 0, height: 0 };

/** How wide a port is, with some room. */
const labelWidth = 42;

/** The lines between all boxes, and the ports at the ends of calls. */
export function linesOf(network: Network, plan: WirePlan, layout: Layout): Shape[] {
  const at = (node: string): Box => layout.nodes.get(node) ?? nowhere;
  return [...plan.wires.flatMap(wireLines), ...plan.calls.flatMap(callLines), ...gatewayLines()];

  /** X of one of the lines at the upper or lower border of a resident: calls that come in first. */
  function slot(node: string, key: string, side: "top" | "bottom"): number {
    const lanes = plan.lanes[placeOf(node, network.bands).band]?.[side] ?? [];
    const touching = [
      ...plan.calls.filter(({ to }) => to === node).map(callKey),
      ...plan.calls.filter(({ from }) => from === node).map(callKey),
      ...plan.wires.filter(({ sources }) => sources.includes(node)).map((each) => each.key),
    ].filter((each) => lanes.includes(each));
    const { x, width } = at(node);
    const place = touching.indexOf(key);
    // Calls that come in need room for their port.
    const labelled = touching.filter((each) => plan.calls.some((call) => call.to === node && callKey(call) === each));
    if (place < labelled.length) return x + 8 + place * labelWidth;
    const left = labelled.length * labelWidth;
    return Math.round(
      x + left + ((width - left) * (place - labelled.length + 1)) / (touching.length - labelled.length + 1),
    );
  }

  function laneY(band: number, key: string, side: "top" | "bottom"): number {
    const lanes = plan.lanes[band]?.[side] ?? [];
    // The lowest lane at the bottom is the first, so that lines do not cross where they leave it.
    return (layout.bands[band]?.[side] ?? 0) + lanes.indexOf(key) * size.lane;
  }

  function wireLines(wire: Wire): Shape[] {
    const trunk = layout.trunks.get(wire.key) ?? 0;
    const entry = entryOf(wire);
    const className = classOf(wire.state, wire.to.startsWith("addresses ") ? "call" : "endpoint");
    const line = (points: readonly Point[], arrow: boolean): Shape => ({
      shape: "line",
      points: wire.isInward ? [...points].reverse() : points,
      className,
      arrow,
    });
    const label: Shape[] =
      wire.to === internet
        ? [{ shape: "text", at: [entry[0] - 8, entry[1] - 3], text: wire.port, className, anchor: "end" }]
        : [];
    const lines = wire.sources.map((node, index) => {
      const { band } = placeOf(node, network.bands);
      const box = at(node);
      const way = wayOf(node, wire.key, band, box);
      // Others join the line of the first.
      const joins =
        index > 0 &&
        wire.sources.some((other, before) => before < index && placeOf(other, network.bands).band === band);
      const end: Point[] = [[trunk, way.at(-1)?.[1] ?? 0], [trunk, entry[1]], entry];
      return joins && !wire.isInward ? line([...way, end[0] ?? entry], false) : line([...way, ...end], true);
    });
    return [...lines, ...label];
  }

  /** From a resident to the lane of a wire. */
  function wayOf(node: string, key: string, band: number, box: Box): Point[] {
    for (const side of ["top", "bottom"] as const) {
      if (plan.lanes[band]?.[side].includes(key)) {
        const x = slot(node, key, side);
        return [
          [x, side === "top" ? box.y : box.y + box.height],
          [x, laneY(band, key, side)],
        ];
      }
    }
    return [[box.x + box.width, box.y + Math.round(box.height / 2)]];
  }

  /** Where a wire meets its target: each at a height of its own. */
  function entryOf({ key, to }: Wire): Point {
    const entering = plan.wires.filter((each) => each.to === to).map((each) => each.key);
    const box = at(to);
    const place = entering.indexOf(key);
    if (to.startsWith("endpoints ")) return [box.x, box.y + 12 + place * 17];
    if (to === internet) return [box.x, box.y + 16 + place * 14];
    return [box.x, Math.round(box.y + (box.height * (place + 1)) / (entering.length + 1))];
  }

  function callLines(call: Connection): Shape[] {
    const { bands } = network;
    const [from, to] = [placeOf(call.from, bands), placeOf(call.to, bands)];
    const [source, target] = [at(call.from), at(call.to)];
    const key = callKey(call);
    const className = classOf(call.state, "call");
    const label = (x: number, y: number, anchor: "start" | "middle"): Shape => {
      const text = call.state === "blocked" ? "×" : call.port;
      return { shape: "text", at: [x, y], text, className, anchor };
    };
    const line = (points: Point[]): Shape => ({ shape: "line", points, className, arrow: true });
    const middle = (box: Box) => box.y + Math.round(box.height / 2);
    if (!usesTopLane(call, bands) && from.band === to.band) {
      const y = middle(target);
      const x = source.x + source.width;
      return [
        line([
          [x, y],
          [target.x, y],
        ]),
        label((x + target.x) / 2 - 2, y - 5, "middle"),
      ];
    }
    const riser = 25;
    const start: Point[] =
      from.band === to.band
        ? [[slot(call.from, key, "top"), source.y]]
        : from.index === 0
          ? [
              [source.x, middle(source)],
              [riser, middle(source)],
            ]
          : [
              [slot(call.from, key, "top"), source.y],
              [slot(call.from, key, "top"), laneY(from.band, key, "top")],
              [riser, laneY(from.band, key, "top")],
            ];
    if (from.band !== to.band && to.index === 0 && from.index === 0) {
      return [
        line([...start, [riser, middle(target)], [target.x, middle(target)]]),
        label(riser + 3, middle(target) - 5, "start"),
      ];
    }
    const [x, lane] = [slot(call.to, key, "top"), laneY(to.band, key, "top")];
    return [
      line([...start, [start.at(-1)?.[0] ?? riser, lane], [x, lane], [x, target.y]]),
      label(x + 4, target.y - 4, "start"),
    ];
  }

  /** From NAT gateways to the internet gateway that their subnet's route leads to, and on to the internet. */
  function gatewayLines(): Shape[] {
    const out = network.internetGateways.map(({ node, lifetime }): Shape => {
      const box = at(node);
      const y = box.y + box.height / 2;
      return {
        shape: "line",
        points: [
          [box.x + box.width, y],
          [at(internet).x, y],
        ],
        className: lifetime,
        arrow: true,
      };
    });
    const between = network.bands.flatMap(({ gateways, routes }) =>
      gateways.flatMap(({ node, lifetime }): Shape[] => {
        const route = routes.find((each) => each.node !== undefined && layout.nodes.has(each.node));
        if (route?.node === undefined) return [];
        const [nat, gateway] = [at(node), at(route.node)];
        const y = nat.y + nat.height / 2;
        return [
          {
            shape: "line",
            points: [
              [nat.x + nat.width, y],
              [gateway.x, y],
            ],
            className: lifetime,
            arrow: true,
          },
        ];
      }),
    );
    return [...between, ...out];
  }
}

/** The class of a line: what it is, or what is the matter with it. */
function classOf(state: Connection["state"], lasting: "call" | "endpoint"): string {
  return state === "lasting" ? lasting : state;
}
