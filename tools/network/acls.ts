import { asList, asRecord } from "../checks/check";
import { type Evaluation, ofType } from "../evaluation/evaluation";
import { type AclEntry, allPorts } from "./graph";
import { rangeOf } from "./ranges";

/** Protocols by their numbers, which network ACLs use, too. */
const protocolNames: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", all: "-1" };

/**
 * The entries of a subnet's network ACL, lowest number first; nothing for a subnet that has the VPC's default one, which
 * allows everything (https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html).
 */
export function aclOf(subnet: string, evaluation: Evaluation): AclEntry[] | undefined {
  const association = ofType(evaluation, "aws:ec2/networkAclAssociation:NetworkAclAssociation").find(
    ({ inputs }) => inputs.subnetId === subnet,
  );
  const acl = ofType(evaluation, "aws:ec2/networkAcl:NetworkAcl").find(
    ({ id, inputs }) => id === association?.inputs.networkAclId || asList(inputs.subnetIds).includes(subnet),
  );
  if (acl === undefined) return undefined;
  const inline = (["ingress", "egress"] as const).flatMap((direction) =>
    asList(acl.inputs[direction]).flatMap((entry) => {
      const { ruleNo, action, ...rest } = asRecord(entry);
      return toEntries(direction, { ...rest, ruleNumber: ruleNo, ruleAction: action });
    }),
  );
  const single = ofType(evaluation, "aws:ec2/networkAclRule:NetworkAclRule")
    .filter(({ inputs }) => inputs.networkAclId === acl.id)
    .flatMap(({ inputs }) => toEntries(inputs.egress === true ? "egress" : "ingress", inputs));
  return [...inline, ...single].sort((a, b) => a.number - b.number);
}

function toEntries(direction: AclEntry["direction"], entry: Readonly<Record<string, unknown>>): AclEntry[] {
  const addresses = rangeOf(String(entry.cidrBlock));
  const protocol = String(entry.protocol);
  const name = protocolNames[protocol] ?? protocol;
  const ports =
    name === "tcp" || name === "udp" ? { first: Number(entry.fromPort), last: Number(entry.toPort) } : allPorts;
  const isAllowed = entry.ruleAction === "allow";
  // Entries for IPv6 say nothing about IPv4.
  return addresses === undefined
    ? []
    : [{ direction, number: Number(entry.ruleNumber), isAllowed, protocol: name, ports, addresses }];
}
