import type { Evaluation } from "../../evaluation/evaluation";
import type { Moment } from "../../network/lease";
import { everywhere } from "../../network/rules";
import { boxesOf } from "./boxes";
import { style } from "./colours";
import { escapeXml, type Shape, toSvg } from "./drawing";
import { layOut, size } from "./layout";
import { linesOf } from "./lines";
import type { Connection, Network } from "./network";
import { readNetwork } from "./readNetwork";
import { planWires } from "./wires";

/** The network of a stack at a moment, as an SVG of its own, without scripts and with nothing from elsewhere. */
export function networkPicture(evaluation: Evaluation, moment: Moment): string {
  return document(evaluation, [moment]);
}

/** The network of a stack in all its moments, below each other: two for a stack with a temporary NAT gateway. */
export function stackPicture(evaluation: Evaluation): string {
  const { hasTemporaryEgress } = readNetwork(evaluation, "after");
  return document(evaluation, hasTemporaryEgress ? ["during", "after"] : ["after"]);
}

function document(evaluation: Evaluation, moments: readonly Moment[]): string {
  const panels = moments.map((moment) => {
    const network = readNetwork(evaluation, moment);
    const plan = planWires(network);
    const layout = layOut(network, plan);
    const { below, above } = boxesOf(network, plan, layout);
    return { network, layout, shapes: [...below, ...linesOf(network, plan, layout), ...above, ...headingOf(network)] };
  });
  const width = Math.max(...panels.map(({ layout }) => layout.width));
  const tops = panels.map((_panel, index) =>
    panels.slice(0, index).reduce((sum, { layout }) => sum + layout.height, 0),
  );
  const height = (tops.at(-1) ?? 0) + (panels.at(-1)?.layout.height ?? 0) + 30;
  const id = `network-${evaluation.stack}-${moments.join("-")}`.replace(/[^\w-]/g, "_");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-description">`,
    `<title id="${id}-title">${escapeXml(`The network of stack ${evaluation.stack}`)}</title>`,
    `<desc id="${id}-description">${escapeXml(panels.map(({ network }) => describe(network)).join("\n"))}</desc>`,
    `<style>${style}</style>`,
    toSvg({ shape: "box", box: { x: 0, y: 0, width, height }, className: "page" }),
    ...panels.flatMap(({ shapes }, index) => [
      `<g transform="translate(0 ${tops[index]})">`,
      ...shapes.map(toSvg),
      "</g>",
    ]),
    toSvg(legend(height - 10)),
    "</svg>",
    "",
  ].join("\n");
}

function titleOf({ moment, hasTemporaryEgress, stack }: Network): string {
  if (!hasTemporaryEgress) return `Stack ${stack}, at any time`;
  return moment === "during" ? `Stack ${stack} while pulumi up runs` : `Stack ${stack} when pulumi up has returned`;
}

/** What a panel shows, and whether something in it can reach the internet. */
function headingOf(network: Network): Shape[] {
  const { text, className } = summary(network);
  return [
    { shape: "text", at: [size.margin, 20], text: titleOf(network), className: "title", anchor: "start" },
    { shape: "text", at: [size.margin, 40], text, className, anchor: "start" },
  ];
}

/** Whether there is a way to the internet, and how long it stays. */
function summary({ bands, internetGateways, connections }: Network): { text: string; className: string } {
  const gateways = [...internetGateways, ...bands.flatMap(({ gateways }) => gateways)];
  const routes = bands.flatMap((band) => band.routes).filter(({ destination }) => everywhere.includes(destination));
  const found = [...gateways, ...routes].map(({ lifetime }) => lifetime);
  const rules = connections.map(({ state }) => state);
  if ([...found, ...rules].includes("unwanted")) {
    return { text: "Open to the internet for good, by what is drawn in red.", className: "unwanted" };
  }
  return found.includes("temporary")
    ? {
        text: "What is orange is made for this time only, and deleted before pulumi up returns.",
        className: "temporary",
      }
    : {
        text: "No internet gateway, no NAT gateway, no default route: AWS is reached through endpoints.",
        className: "service",
      };
}

function legend(y: number): Shape {
  const text = "Dashed box: a security group. Arrow: who may open connections to whom. Number: TCP port.";
  return { shape: "text", at: [size.margin, y], text, className: "muted", anchor: "start" };
}

/** The picture in words, for who does not see it. */
function describe(network: Network): string {
  const { bands, connections, cidr, internetGateways, gatewayEndpoints } = network;
  const names = new Map<string, string>([
    ...bands.flatMap(({ residents }) => residents.map(({ node, name }) => [node, name] as const)),
    ...bands.flatMap(({ endpoints }) =>
      endpoints.map(({ node, services }) => [node, `the endpoints ${services.join(", ")}`] as const),
    ),
    ...gatewayEndpoints.map(({ node, service }) => [node, `the gateway endpoint ${service}`] as const),
    ...[...internetGateways, ...bands.flatMap(({ gateways }) => gateways)].map(
      ({ node, kind, lifetime }) =>
        [node, `the internet through the ${lifetime === "temporary" ? "temporary " : ""}${kind}`] as const,
    ),
  ]);
  const nameOf = (node: string) => names.get(node) ?? node;
  const subnets = bands.flatMap((band) =>
    band.subnets.map(
      ({ name, cidr: range, zone }) => `${name} (${range}, ${zone}, routes: ${routesInWords(band.routes)})`,
    ),
  );
  const sentence = ({ from, to, port, state }: Connection) =>
    `${nameOf(from)} ${state === "blocked" ? "is blocked from reaching" : "may reach"} ${nameOf(to)} on ${port}.`;
  return [
    `${titleOf(network)}. ${summary(network).text} VPC ${cidr} with the subnets ${subnets.join("; ")}.`,
    ...connections.map(sentence),
  ].join(" ");
}

function routesInWords(routes: Network["bands"][number]["routes"]): string {
  const others = routes.map(({ destination, target }) =>
    target === undefined ? destination : `${destination} to ${target}`,
  );
  return ["within the VPC", ...others].join(", ");
}
