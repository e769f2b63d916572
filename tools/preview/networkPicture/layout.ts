import type { Resident } from "../../network/residents";
import type { Box } from "./drawing";
import type { Band, Network } from "./network";
import { placeOf, usesTopLane, type WirePlan } from "./wires";

/** Widths and distances, in pixels. */
export const size = {
  margin: 8,
  line: 15,
  lane: 9,
  chip: 20,
  boxGap: 30,
  /** The longest line of a band's heading. */
  heading: 430,
  title: 46,
} as const;

/** Where everything stands. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly vpc: Box;
  readonly bands: readonly PlacedBand[];
  /** Residents, endpoint groups, gateways, gateway endpoints, addresses, internet. */
  readonly nodes: ReadonlyMap<string, Box>;
  /** AWS's side of the endpoints. */
  readonly aws: Box;
  /** The X-Ray that no endpoint leads to, below all others. */
  readonly xray?: Box;
  /** X of the line of each wire between residents and targets, by its key. */
  readonly trunks: ReadonlyMap<string, number>;
}

export interface PlacedBand {
  readonly box: Box;
  readonly heading: readonly string[];
  /** Y of the lanes above and below the residents. */
  readonly top: number;
  readonly bottom: number;
}

/** How many more pixels a picture takes than GitHub's column, for more services than fit. */
function extraWidth({ bands }: Network): number {
  const most = Math.max(...bands.map(({ residents }) => residents.length));
  return Math.max(0, (most - 4) * (80 + size.boxGap));
}

/** Gives everything its place: bands below each other, residents at the left, endpoints at the right. */
export function layOut(network: Network, plan: WirePlan): Layout {
  const extra = extraWidth(network);
  const width = 830 + extra;
  const [endpointsX, awsX] = [522 + extra, 690 + extra];
  const nodes = new Map<string, Box>();
  const vpcTop = size.title + 4;
  let y = vpcTop + 26;
  const placeGatewayEndpoints = () => {
    for (const { node } of network.gatewayEndpoints) {
      nodes.set(node, { x: endpointsX, y, width: 102, height: size.chip });
      y += size.chip + 6;
    }
    y += network.gatewayEndpoints.length > 0 ? 4 : 0;
  };
  const bands = network.bands.map((band, index): PlacedBand => {
    if (index === plan.gatewayRow) placeGatewayEndpoints();
    const placed = placeBand(band, index, y);
    y = placed.box.y + placed.box.height + 10;
    return placed;
  });
  if (plan.gatewayRow >= network.bands.length) placeGatewayEndpoints();
  const endpoints = [...nodes].filter(([node]) => /^(endpoints|gateway) /.test(node)).map(([, box]) => box);
  const endpointsTop = Math.min(y, ...endpoints.map((box) => box.y));
  const endpointsBottom = Math.max(endpointsTop, ...endpoints.map((box) => box.y + box.height));
  const hasXrayEndpoint = network.bands.some((band) =>
    band.endpoints.some(({ services }) => services.includes("xray")),
  );
  const xray = hasXrayEndpoint ? undefined : { x: awsX + 6, y: endpointsBottom + 3, width: 120, height: size.chip };
  const awsBottom = (xray === undefined ? endpointsBottom : xray.y + xray.height) + 6;
  const aws = { x: awsX, y: endpointsTop - 22, width: 132, height: awsBottom - endpointsTop + 22 };
  let outsideY = Math.max(y, awsBottom + 22);
  for (const { node } of network.addresses) {
    nodes.set(node, { x: awsX, y: outsideY, width: 132, height: 38 });
    outsideY += 46;
  }
  const vpcBottom = network.addresses.length === 0 ? y : Math.max(y, outsideY);
  for (const { node } of network.internetGateways) {
    const row = network.bands.findIndex(({ routes }) => routes.some((route) => route.node === node));
    const { y: top = vpcTop + 26 } = bands[Math.max(0, row)]?.box ?? {};
    nodes.set(node, {
      x: 618 + extra,
      y: top + 6,
      width: 62,
      height: plan.wires.some(({ to }) => to === node) ? 50 : 36,
    });
  }
  nodes.set("internet", { x: awsX, y: vpcTop, width: 132, height: (bands[0]?.box.height ?? 40) + 14 });
  const trunks = new Map(plan.wires.map(({ key }, index) => [key, 518 + extra - 8 * (plan.wires.length - index)]));
  const vpc = { x: size.margin, y: vpcTop, width: 632 + extra, height: vpcBottom - vpcTop };
  return { width, height: vpcBottom + 8, vpc, bands, nodes, aws, xray, trunks };

  function placeBand(band: Band, index: number, top: number): PlacedBand {
    const heading = headingOf(band);
    const lanes = plan.lanes[index] ?? { top: [], bottom: [] };
    const hasDrops = plan.calls.some(
      (call) => usesTopLane(call, network.bands) && placeOf(call.to, network.bands).band === index,
    );
    const topLanes = top + 8 + heading.length * size.line + 6;
    const boxes = topLanes + lanes.top.length * size.lane + (hasDrops ? 14 : 0);
    const boxWidth = residentWidth(band.residents.length);
    const tallest = Math.max(0, ...band.residents.map((resident) => residentHeight(resident, boxWidth)));
    band.residents.forEach(({ node }, place) => {
      nodes.set(node, { x: 60 + place * (boxWidth + size.boxGap), y: boxes, width: boxWidth, height: tallest });
    });
    const bottom = boxes + tallest + 7;
    const left = band.residents.length === 0 ? topLanes : bottom + lanes.bottom.length * size.lane;
    let right = top + 6;
    for (const { node, services } of band.endpoints) {
      const entries = Math.max(1, plan.wires.filter(({ to }) => to === node).length);
      const height = entries * 17 + services.length * (size.chip + 3) + 5;
      nodes.set(node, { x: endpointsX, y: right, width: 102, height });
      right += height + 6;
    }
    for (const { node } of band.gateways) {
      nodes.set(node, { x: endpointsX - 16, y: right, width: 92, height: 36 });
      right += 42;
    }
    const height = Math.max(left, right, top + 48) - top;
    return { box: { x: 16, y: top, width: 616 + extra, height }, heading, top: topLanes, bottom };
  }
}

function residentWidth(count: number): number {
  return count <= 1 ? 190 : Math.max(80, Math.min(190, Math.floor((410 - (count - 1) * size.boxGap) / count)));
}

/** Whether a box has room for two containers side by side. */
export function areSideBySide(width: number): boolean {
  return width >= 170;
}

function residentHeight({ detail, containers, isPublic }: Resident, width: number): number {
  const rows = areSideBySide(width) ? Math.ceil(containers.length / 2) : containers.length;
  return 24 + (detail === undefined ? 0 : size.line) + (isPublic ? size.line : 0) + rows * 40;
}

/** The subnets of a band in words, as many a line as fit. */
function headingOf({ subnets }: Band): string[] {
  const lines: string[] = [];
  const words = subnets.map(({ name, cidr, zone }) => `${name} ${cidr}, ${zone}`);
  const first = `${words.length === 1 ? "subnet" : "subnets"} ${words[0] ?? ""}`;
  for (const word of [first, ...words.slice(1)]) {
    const joined = lines.length === 0 ? word : `${lines.at(-1)}; ${word}`;
    if (lines.length > 0 && joined.length * 6.6 <= size.heading) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  // One more for the routes.
  return [...lines, ""];
}
