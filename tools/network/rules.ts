import { asList, asRecord } from "../checks/check";
import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import type { TemporaryEgress } from "./lease";

/** A rule of a security group. */
export interface Rule {
  readonly group: string;
  readonly direction: "ingress" | "egress";
  /** Such as `tcp`; `-1` is every protocol. */
  readonly protocol: string;
  readonly fromPort: unknown;
  readonly toPort: unknown;
  /** A security group's id, a prefix list's, or addresses. */
  readonly peer: string;
  /** What the program makes it with; nothing for a rule of the temporary NAT gateway, which is there for a while. */
  readonly resource?: RecordedResource;
}

/** All addresses, as rules and routes write them. */
export const everywhere: readonly unknown[] = ["0.0.0.0/0", "::/0"];

/** Ports by TCP with their number alone, others with their protocol, such as `udp/53`. */
export function portName(protocol: unknown, from: unknown, to: unknown): string {
  if (protocol === "-1") return "all";
  const ports = from === to ? `${from}` : `${from}-${to}`;
  return protocol === "tcp" ? ports : `${protocol}/${ports}`;
}

/**
 * The rules of security groups, in each of the three ways in which a program can write them.
 *
 * @param lease the temporary NAT gateway, when it is there
 */
export function rulesOf(evaluation: Evaluation, lease: TemporaryEgress | undefined): Rule[] {
  const single = (["ingress", "egress"] as const).flatMap((direction) => {
    const name = direction === "ingress" ? "Ingress" : "Egress";
    return ofType(evaluation, `aws:vpc/securityGroup${name}Rule:SecurityGroup${name}Rule`).flatMap((resource) =>
      toRules(resource, resource.inputs.securityGroupId, direction, resource.inputs),
    );
  });
  const older = ofType(evaluation, "aws:ec2/securityGroupRule:SecurityGroupRule").flatMap((resource) =>
    toRules(
      resource,
      resource.inputs.securityGroupId,
      resource.inputs.type === "ingress" ? "ingress" : "egress",
      resource.inputs,
    ),
  );
  const inline = ofType(evaluation, "aws:ec2/securityGroup:SecurityGroup").flatMap((resource) =>
    (["ingress", "egress"] as const).flatMap((direction) =>
      asList(resource.inputs[direction]).flatMap((rule) => toRules(resource, resource.id, direction, asRecord(rule))),
    ),
  );
  // What the lease allows: https on any address (components/temporaryNatGateway/steps/egressRules.ts).
  const temporary = (lease?.egressSecurityGroupIds ?? []).map((group): Rule => {
    return {
      group: String(group),
      direction: "egress",
      protocol: "tcp",
      fromPort: 443,
      toPort: 443,
      peer: "0.0.0.0/0",
    };
  });
  return [...single, ...older, ...inline, ...temporary];
}

function toRules(
  resource: RecordedResource,
  group: unknown,
  direction: Rule["direction"],
  rule: Readonly<Record<string, unknown>>,
): Rule[] {
  const protocol = String(rule.ipProtocol ?? rule.protocol);
  const peers = [
    rule.cidrIpv4,
    rule.cidrIpv6,
    rule.referencedSecurityGroupId,
    rule.sourceSecurityGroupId,
    rule.prefixListId,
    ...asList(rule.cidrBlocks),
    ...asList(rule.ipv6CidrBlocks),
    ...asList(rule.securityGroups),
    ...asList(rule.prefixListIds),
    rule.self === true ? group : undefined,
  ].filter((peer) => peer !== undefined);
  const { fromPort, toPort } = rule;
  return peers.map((peer) => ({
    ...{ group: String(group), direction, protocol, fromPort, toPort },
    ...{ peer: String(peer), resource },
  }));
}
