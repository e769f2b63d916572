import type { Evaluation, RecordedResource } from "../../../tools/evaluation/evaluation";
import { ofType } from "../../../tools/evaluation/evaluation";
import { type Moment, temporaryEgress } from "../../../tools/network/lease";
import { recorded } from "../../tools/checks/recorded";

/** A mistake planted in what a program told the engine, and what must be found. */
export interface Mistake {
  readonly name: string;
  readonly moment: Moment;
  readonly plant: (evaluation: Evaluation) => Evaluation;
  /** What differs for a pair, in the words of `differences`. */
  readonly difference?: string;
  /** What a check of the preview says. */
  readonly finding?: RegExp;
}

const add =
  (make: (evaluation: Evaluation) => readonly RecordedResource[]) =>
  (evaluation: Evaluation): Evaluation => ({
    ...evaluation,
    resources: [...evaluation.resources, ...make(evaluation)],
  });

/** What a deployment would leave if nothing deleted the temporary NAT gateway and its routes. */
const leftRoutes = add((evaluation) => {
  const lease = temporaryEgress(evaluation);
  const route = (name: string, table: unknown, target: Readonly<Record<string, string>>) =>
    recorded("aws:ec2/route:Route", name, {
      routeTableId: table,
      destinationCidrBlock: "0.0.0.0/0",
      ...target,
    });
  return [
    recorded("aws:ec2/natGateway:NatGateway", "left", { subnetId: lease?.publicSubnetId }),
    route("left-public", lease?.publicRouteTableId, { gatewayId: "igw-left" }),
    ...(lease?.privateRouteTableIds ?? []).map((table) => route("left-private", table, { natGatewayId: "left-id" })),
  ];
});

/** A rule that lets who has the security group of a service or an instance open connections to any address. */
const openRule = (name: RegExp) =>
  add((evaluation) => {
    const group = ofType(evaluation, "aws:ec2/securityGroup:SecurityGroup").find((each) => name.test(each.name));
    return [
      recorded("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "open", {
        ...{ securityGroupId: group?.id, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" },
      }),
    ];
  });

const withoutRule = (name: string) => (evaluation: Evaluation) => {
  const resources = evaluation.resources.filter((each) => !(each.type.includes("securityGroup") && each.name === name));
  if (resources.length !== evaluation.resources.length - 1) throw new Error(`${name} is not a rule`);
  return { ...evaluation, resources };
};

/** Without the conditions on whose requests an endpoint's policy lets through. */
const widePolicy = (service: string) => (evaluation: Evaluation) => ({
  ...evaluation,
  resources: evaluation.resources.map((resource) => {
    if (!String(resource.inputs.serviceName).endsWith(`.${service}`)) return resource;
    const policy = JSON.parse(String(resource.inputs.policy)) as { Statement: object[] };
    const statements = policy.Statement.map((statement) => ({ ...statement, Condition: undefined }));
    return { ...resource, inputs: { ...resource.inputs, policy: JSON.stringify({ Statement: statements }) } };
  }),
});

/** Mistakes in stack `dev`. */
export const mistakes: readonly Mistake[] = [
  {
    name: "a default route that is left",
    moment: "after",
    plant: leftRoutes,
    difference: "hello to internet on 443: route, then egress rule",
    finding: /"left-private": destinationCidrBlock: a lasting route/,
  },
  {
    name: "a default route that is left, with an open rule",
    moment: "after",
    plant: (evaluation) => openRule(/hello/)(leftRoutes(evaluation)),
    difference: "hello to internet on 443: route, then open",
    finding: /"open": egress: lets hello reach the internet on 443, by the route 0\.0\.0\.0\/0 to left-id/,
  },
  {
    name: "an open rule",
    moment: "during",
    plant: openRule(/client$/),
    difference: "load client to internet on 443: egress rule, then open",
    finding: /"open": egress: lets load client reach the internet on 443, by the default route to the temporary NAT/,
  },
  {
    name: "a missing rule of an endpoint",
    moment: "after",
    plant: withoutRule("network-container-endpoints-from-hello"),
    difference: "hello to xray on 443: open, then ingress rule",
  },
  {
    name: "a missing rule to an endpoint",
    moment: "after",
    plant: withoutRule("network-hello-to-container-endpoints"),
    difference: "hello to xray on 443: open, then egress rule",
  },
  {
    name: "an endpoint policy that is too wide, which no packet tells",
    moment: "after",
    plant: widePolicy("xray"),
    finding: /xray.*lets principals of every account through/,
  },
];
