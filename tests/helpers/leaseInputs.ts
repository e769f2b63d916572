import { type LeaseInputs, leaseIdOf } from "../../components/temporaryNatGateway/leaseInputs";
import type { Ec2Double } from "./ec2Double";

/** Inputs of a lease in the seeded account's `vpc-main`, with waits that suit a double's clock: real seconds are few. */
export function leaseInputs(changes: Partial<LeaseInputs> = {}): LeaseInputs {
  return {
    leaseName: "traced-fargate/test/egress",
    region: "eu-central-1",
    network: {
      vpcId: "vpc-main",
      publicSubnetId: "subnet-public",
      publicRouteTableId: "rtb-public",
      privateRouteTableIds: ["rtb-private", "rtb-second"],
      egressSecurityGroupIds: ["sg-client", "sg-containers"],
    },
    waits: { availableSeconds: 2, deletedSeconds: 2, settleSeconds: 0.5, pollSeconds: 0.02, retrySeconds: 0.005 },
    tags: { Project: "traced-fargate", Stack: "test" },
    reopenWhen: { collectorImage: "daemon:3.6.7" },
    ...changes,
  };
}

export const leaseId = leaseIdOf(leaseInputs());

/** Inputs of the release of that lease. */
export function releaseInputs(generation: number, changes: Partial<LeaseInputs> & { proof?: unknown } = {}) {
  const { leaseName, reopenWhen, ...settings } = leaseInputs(changes);
  return {
    ...settings,
    leaseId: leaseIdOf({ leaseName, network: settings.network }),
    generation,
    proof: changes.proof ?? {},
  };
}

/** The calls a double received since last asked; those of a survey, which are made at once, in the order of names. */
export function grouped(double: Ec2Double): string[] {
  const calls = double.takeCalls();
  const start = calls.slice(0, survey.length);
  return [...start.sort(), ...withoutPolls(calls.slice(survey.length))];
}

/** Repeated looks at a NAT gateway count as one. */
function withoutPolls(calls: readonly string[]): string[] {
  return calls.filter((call, index) => call !== "DescribeNatGateways" || calls[index - 1] !== call);
}

/** One look at each kind of object. */
export const survey = [
  "DescribeAddresses",
  "DescribeInternetGateways",
  "DescribeNatGateways",
  "DescribeRouteTables",
  "DescribeSecurityGroupRules",
];

/** All calls of an opening in which nothing goes wrong. */
export const opening = [
  ...survey,
  "CreateInternetGateway",
  "AttachInternetGateway",
  "CreateRoute",
  "AllocateAddress",
  "CreateNatGateway",
  "DescribeNatGateways",
  "CreateRoute",
  "CreateRoute",
  "AuthorizeSecurityGroupEgress",
  "AuthorizeSecurityGroupEgress",
];

/** All calls of a release in which nothing goes wrong. */
export const closing = [
  ...survey,
  "RevokeSecurityGroupEgress",
  "RevokeSecurityGroupEgress",
  "DeleteRoute",
  "DeleteRoute",
  "DeleteNatGateway",
  "DescribeNatGateways",
  "ReleaseAddress",
  "DeleteRoute",
  "DetachInternetGateway",
  "DeleteInternetGateway",
];
