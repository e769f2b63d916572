import type { NetworkGraph, NetworkNode } from "../../../tools/network/graph";
import { addressText, type Range } from "../../../tools/network/ranges";

/** The internet gateway within the VPC and outside, and a NAT gateway whose subnet nobody knows. */
export const links = { internetGateway: "169.254.0.1", outside: "169.254.1.1", nat: "169.254.0.2" };

/** Public addresses that the internet gateway translates. */
export const publicBlock = "192.0.2.0/24";

/** The public address of the nth node, or beyond the nodes of a NAT gateway. */
export function publicAddress(index: number): string {
  return publicBlock.replace("0/24", `${index + 1}`);
}

export function cidrText({ first, last }: Range): string {
  return `${addressText(first)}/${32 - Math.log2(last - first + 1)}`;
}

export function isInside({ subnet }: NetworkNode): boolean {
  return subnet !== undefined;
}

/** The NAT gateways that routes lead to, by their subnets. */
export function natSubnets({ subnets }: NetworkGraph): (string | undefined)[] {
  const targets = subnets.flatMap(({ routes }) => routes.map(({ target }) => target));
  return targets.flatMap((target) => (target.kind === "NAT gateway" ? [target.subnet] : []));
}

/** The address of a NAT gateway: the last of its subnet, which no node has. */
export function natAddress({ subnets }: NetworkGraph, id: string | undefined): string {
  const subnet = subnets.find((each) => each.id === id);
  return subnet === undefined ? links.nat : addressText(subnet.addresses.last - 1);
}

/** The addresses of the VPC. */
export function vpcBlocks({ subnets }: NetworkGraph): string[] {
  const local = subnets.flatMap(({ routes }) => routes.filter(({ target }) => target.kind === "local"));
  return [...new Set(local.map(({ destination }) => cidrText(destination)))];
}
