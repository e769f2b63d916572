import type { Resident } from "../../network/residents";
import { everywhere } from "../../network/rules";
import { type Box, type Point, type Shape, shorten } from "./drawing";
import { areSideBySide, type Layout, size } from "./layout";
import { type Band, type Gateway, internet, type Network } from "./network";
import type { WirePlan } from "./wires";

/** What AWS calls the services behind endpoints. */
const serviceNames: Readonly<Record<string, string>> = {
  "ecr.api": "ECR, API",
  "ecr.dkr": "ECR, images",
  dynamodb: "DynamoDB",
  ec2messages: "EC2 messages",
  logs: "CloudWatch Logs",
  s3: "S3",
  ssm: "Systems Manager",
  ssmmessages: "Session Manager",
  xray: "X-Ray",
};

/** The boxes of a picture with what is written in them, and AWS's side of the endpoints. */
export function boxesOf(network: Network, plan: WirePlan, layout: Layout): { below: Shape[]; above: Shape[] } {
  const at = (node: string): Box => layout.nodes.get(node) ?? { x: 0, y: 0, width: 0, height: 0 };
  const below = [
    box(layout.vpc, "vpc"),
    text([layout.vpc.x + 12, layout.vpc.y + 18], `VPC ${network.cidr}`, "name"),
    box(layout.aws, "vpc"),
    text([layout.aws.x + 8, layout.aws.y + 14], shorten(`AWS ${network.region}`, 120), "muted"),
  ];
  const above = [
    ...[layout.vpc, ...layout.bands.map((band) => band.box)].map((border) => box(border, "border")),
    ...network.bands.flatMap((band, index) => bandShapes(band, index)),
    ...network.gatewayEndpoints.flatMap(({ node, service }) =>
      endpointShapes(at(node), [service, ...portsTo(node, plan)].join(" · "), service),
    ),
    ...network.internetGateways.flatMap((gateway) =>
      gatewayShapes(gateway, ["internet", "gateway", ...portsTo(gateway.node, plan)]),
    ),
    ...internetShapes(),
    ...network.addresses.flatMap(({ node, cidr, isProxy }) => addressShapes(node, cidr, isProxy)),
    ...(layout.xray === undefined ? [] : pill(layout.xray, "xray")),
  ];
  return { below, above };

  function bandShapes({ routes, residents, endpoints, gateways }: Band, index: number): Shape[] {
    const placed = layout.bands[index];
    if (placed === undefined) return [];
    const [x, y] = [placed.box.x + 18, placed.box.y + 17];
    const heading = placed.heading.slice(0, -1).map((line, row) => text([x, y + row * size.line], line, ""));
    const routesY = y + heading.length * size.line;
    const local = routes.filter(({ lifetime }) => lifetime === "lasting").map(routeText);
    const inWords = `routes: ${["within the VPC", ...local].join(", ")}`;
    const others = routes
      .filter(({ lifetime }) => lifetime !== "lasting")
      .map((route) => ({ text: `, ${routeText(route)}`, className: route.lifetime }));
    const isEmpty = residents.length + endpoints.length + gateways.length === 0;
    return [
      ...heading,
      text([x, routesY], inWords, "muted", "start", others),
      ...(isEmpty ? [text([placed.box.x + placed.box.width - 12, y + 8], "empty", "muted", "end")] : []),
      ...residents.flatMap(residentShapes),
      ...endpoints.flatMap(({ node, services }) => endpointGroupShapes(at(node), node, services)),
      ...gateways.flatMap((gateway) =>
        gatewayShapes(gateway, ["NAT gateway", ["Elastic IP", ...portsTo(gateway.node, plan)].join(" · ")]),
      ),
    ];
  }

  function residentShapes(resident: Resident): Shape[] {
    const place = at(resident.node);
    const className = resident.kind === "service" ? "service" : "call";
    const lines = [resident.detail, resident.isPublic ? "public address" : undefined].filter(
      (line) => line !== undefined,
    );
    const top = place.y + 24 + lines.length * size.line;
    const columns = areSideBySide(place.width) ? 2 : 1;
    const width = (place.width - 4) / columns - (columns - 1) * 2;
    const containers = resident.containers.flatMap(({ name, ports }, index) => {
      const chip = {
        x: place.x + 2 + (index % columns) * (width + 4),
        y: top + Math.floor(index / columns) * 40 - 3,
        width,
        height: 37,
      };
      const middle = chip.x + width / 2;
      return [
        box(chip, "plain"),
        text([middle, chip.y + 15], shorten(name, width + 2), "", "middle"),
        text([middle, chip.y + 30], shorten(ports.join(", "), width), "muted", "middle"),
      ];
    });
    const [left, y] = [place.x + 8, place.y + 16];
    return [
      box(place, `${className} group`),
      text([left, y], shorten(resident.name, place.width - 12, 13), "name"),
      ...lines.map((line, index) =>
        text(
          [left, y + (index + 1) * size.line],
          shorten(line, place.width - 12),
          line === "public address" ? "unwanted" : "muted",
        ),
      ),
      ...containers,
    ];
  }

  function endpointGroupShapes(place: Box, node: string, services: readonly string[]): Shape[] {
    const entries = plan.wires.filter(({ to }) => to === node);
    const shown = entries.length === 0 ? [{ port: "no rule", state: "blocked" as const }] : entries;
    return [
      box(place, "group"),
      ...shown.map(({ port, state }, index) =>
        text([place.x + 8, place.y + 16 + index * 17], port, state === "lasting" ? "endpoint" : state),
      ),
      ...services.flatMap((service, index) => {
        const y = place.y + shown.length * 17 + 4 + index * (size.chip + 3);
        return endpointShapes({ x: place.x + 4, y, width: place.width - 8, height: size.chip }, service, service);
      }),
    ];
  }

  /** An endpoint, and the service it leads to outside the VPC. */
  function endpointShapes(chip: Box, label: string, service: string): Shape[] {
    const y = chip.y + chip.height / 2;
    const target = { x: layout.aws.x + 6, y: chip.y, width: 120, height: chip.height };
    return [
      box(chip, "endpoint"),
      text([chip.x + chip.width / 2, chip.y + 14], shorten(label, chip.width), "", "middle"),
      {
        shape: "line",
        points: [
          [chip.x + chip.width, y],
          [target.x, y],
        ],
        className: "endpoint",
        arrow: true,
        isAlone: true,
      },
      ...pill(target, service),
    ];
  }

  function gatewayShapes({ node, lifetime }: Gateway, lines: readonly string[]): Shape[] {
    const place = at(node);
    return [
      box(place, lifetime),
      ...lines.map((line, index) =>
        text([place.x + place.width / 2, place.y + 15 + index * 14], line, lifetime, "middle"),
      ),
    ];
  }

  function internetShapes(): Shape[] {
    const place = at(internet);
    const isJoined = network.internetGateways.length > 0;
    const middle = place.x + place.width / 2;
    const y = place.y + place.height / 2;
    return [
      box(place, isJoined ? "plain" : "none"),
      text([middle, y], "Internet", "name", "middle"),
      text([middle, y + 17], isJoined ? "any address" : "no route", "muted", "middle"),
    ];
  }

  function addressShapes(node: string, cidr: string, isProxy: boolean): Shape[] {
    const place = at(node);
    const middle = place.x + place.width / 2;
    const traces: readonly Point[] =
      isProxy && layout.xray !== undefined
        ? [
            [middle, place.y],
            [middle, layout.xray.y + layout.xray.height],
          ]
        : [];
    return [
      ...(traces.length === 0
        ? []
        : [{ shape: "line", points: traces, className: "call", arrow: true, isAlone: true } as const]),
      box(place, "call"),
      text(
        [middle, place.y + 16],
        shorten(`${isProxy ? "proxy" : "addresses"} · ${portsTo(node, plan).join(", ")}`, 128),
        "",
        "middle",
      ),
      text([middle, place.y + 31], shorten(cidr, 128), "muted", "middle"),
    ];
  }
}

/** The ports of the lines that end at a node. */
export function portsTo(node: string, { wires }: WirePlan): string[] {
  return [...new Set(wires.filter(({ to }) => to === node).map(({ port }) => port))];
}

function pill(place: Box, service: string): Shape[] {
  const className = service === "xray" ? "xray" : "plain";
  return [
    box(place, className),
    text(
      [place.x + place.width / 2, place.y + 14],
      shorten(serviceNames[service] ?? service, 118),
      className,
      "middle",
    ),
  ];
}

function routeText({ destination, target }: Band["routes"][number]): string {
  if (target === undefined) return destination;
  return `${everywhere.includes(destination) ? "0.0.0.0/0" : destination} → ${target}`;
}

function box(place: Box, className: string): Shape {
  return { shape: "box", box: place, className };
}

type Text = Extract<Shape, { shape: "text" }>;

function text(
  at: Point,
  words: string,
  className: string,
  anchor: Text["anchor"] = "start",
  more: Text["more"] = [],
): Shape {
  return { shape: "text", at, text: words, className, anchor, more };
}
