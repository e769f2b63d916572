import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LeaseInputs } from "../../components/temporaryNatGateway/lease";
import { leaseIdOf } from "../../components/temporaryNatGateway/settings";
import { Ec2Double, type Ec2DoubleOptions } from "../aws/ec2Double";
import { seededAccount } from "../aws/ec2DoubleSeed";

/** Key of the tag of what is a lease's. */
export const tagKey = "traced-fargate:lease";

/**
 * Inputs of a lease in the seeded account's `vpc-main`, with waits that suit a double's clock, and deadlines that a
 * busy machine keeps.
 */
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
    waits: { availableSeconds: 600, deletedSeconds: 600, settleSeconds: 600, pollSeconds: 0.001, retrySeconds: 0.001 },
    tags: { Project: "traced-fargate", Stack: "test" },
    // Ten days of the account's clock, so that no test meets it which does not want to.
    deadManSwitch: { afterMinutes: 14_400, roleArn: "arn:aws:iam::123456789012:role/egress-dead-man-switch" },
    reopenWhen: { collectorImage: "daemon:3.6.7" },
    ...changes,
  };
}

export const leaseId = leaseIdOf(leaseInputs());

/** Inputs of the release of that lease. */
export function releaseInputs(generation: number, changes: Partial<LeaseInputs> & { proof?: unknown } = {}) {
  const { leaseName, reopenWhen, deadManSwitch, ...settings } = leaseInputs(changes);
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
  "GetSchedule",
  "GetSchedule",
];

/** One look at what lets the private subnets out. */
export const lookAtReach = ["DescribeRouteTables", "DescribeSecurityGroupRules"];

/** All calls of an opening in which nothing goes wrong. */
export const opening = [
  ...survey,
  "CreateInternetGateway",
  "AttachInternetGateway",
  "DescribeInternetGateways",
  "CreateRoute",
  "AllocateAddress",
  "CreateSchedule",
  "CreateNatGateway",
  "CreateSchedule",
  "DescribeNatGateways",
  "CreateRoute",
  "CreateRoute",
  "AuthorizeSecurityGroupEgress",
  "AuthorizeSecurityGroupEgress",
  ...lookAtReach,
];

/** One look at each kind of object, one after the other. */
const lastLook = [
  "DescribeInternetGateways",
  "DescribeAddresses",
  "DescribeNatGateways",
  "DescribeRouteTables",
  "DescribeSecurityGroupRules",
  "GetSchedule",
  "GetSchedule",
];

/** All calls of a release in which nothing goes wrong. */
export const closing = [
  ...survey,
  "RevokeSecurityGroupEgress",
  "RevokeSecurityGroupEgress",
  "DeleteRoute",
  "DeleteRoute",
  ...lookAtReach,
  "DeleteNatGateway",
  "DescribeNatGateways",
  "DeleteSchedule",
  "ReleaseAddress",
  "DeleteSchedule",
  "DeleteRoute",
  "DetachInternetGateway",
  "DeleteInternetGateway",
  ...lastLook,
];

/** The only profile there is while {@link calling}. */
export const existingProfile = "deployer";

/** Runs `work` in this process with the SDK calling the double; all that follows until its end belongs to it. */
export async function calling<T>(double: Ec2Double, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), "credentials-"));
  const credentials = join(folder, "credentials");
  writeFileSync(credentials, `[${existingProfile}]\naws_access_key_id = AKIATEST\naws_secret_access_key = test\n`);
  const files = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_PROFILE: "" };
  Object.assign(process.env, double.environment, files);
  try {
    return await work();
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true });
  }
}

/** A double with the seeded account, for as long as `work` runs in this process. */
export async function withDouble<T>(
  work: (double: Ec2Double) => Promise<T>,
  options: Partial<Ec2DoubleOptions> = {},
): Promise<T> {
  const double = await Ec2Double.start({ seed: seededAccount(), ...options });
  try {
    return await calling(double, () => work(double));
  } finally {
    await double.stop();
  }
}
