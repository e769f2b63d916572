import type { Evaluation } from "../evaluation/evaluation";
import type { Moment } from "../network/lease";
import { join } from "../network/ranges";
import { type Reach, reachability } from "../network/reachability";
import { readGraph } from "../network/readGraph";
import { portName } from "../network/rules";
import { type Check, type Finding, finding } from "./check";

/**
 * Nothing reaches the internet, and the internet reaches nothing, but through the temporary NAT gateway by the rule that
 * is made and deleted with it: a rule that stays would let others out while it is there.
 */
export const checkInternetAccess: Check = (evaluation) => {
  const findings = (["during", "after"] as const).flatMap((moment) => findingsAt(moment, evaluation));
  // What is there afterwards was there before; it is said once, of the time that is worse.
  const bySubject = new Map(findings.map((each) => [`${each.resource} ${each.wrong.split(",")[0]}`, each]));
  return [...bySubject.values()];
};

const times: Readonly<Record<Moment, string>> = {
  during: "while the temporary NAT gateway is there",
  after: "when pulumi up has returned",
};

function findingsAt(moment: Moment, evaluation: Evaluation): Finding[] {
  const reached = reachability(readGraph(evaluation, moment)).filter(isOpen);
  const subjects = new Map<string, Reach[]>();
  for (const each of reached) {
    const key = [each.rule?.resource?.urn, each.from.name, each.to.name, each.protocol].join();
    subjects.set(key, [...(subjects.get(key) ?? []), each]);
  }
  return [...subjects.values()].flatMap((group) => {
    const [first] = group;
    const resource = first?.rule?.resource;
    if (first === undefined || resource === undefined) return [];
    const ports = join(group.map((each) => each.ports)).map((each) => portName(first.protocol, each.first, each.last));
    const [from, to] = [nameOf(first.from), nameOf(first.to)];
    const wrong = `lets ${from} reach ${to} on ${ports.join(" and ")}, by ${first.route?.text}, ${times[moment]}`;
    const property = first.from.subnet === undefined ? "ingress" : "egress";
    return [finding(resource, property, wrong, "a security group, a prefix list or private addresses, or no route")];
  });
}

function isOpen({ obstacle, from, to, rule, route }: Reach): boolean {
  const isOutside = from.kind === "internet" || (to.subnet === undefined && to.isPublic);
  return (
    obstacle === undefined && isOutside && route?.target.kind !== "gateway endpoint" && rule?.resource !== undefined
  );
}

function nameOf({ name, kind }: Reach["from"]): string {
  if (kind !== "internet") return name;
  return name === "internet" ? "the internet" : `${name} on the internet`;
}
