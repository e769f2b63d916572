import { AddressBlock } from "../../components/network/addresses";
import { describeResource, ofType, type RecordedResource } from "../evaluation/evaluation";
import { type Check, type Finding, finding, show } from "./check";

interface Placed {
  readonly resource: RecordedResource;
  readonly block: AddressBlock;
}

/**
 * Addresses of VPCs and subnets: sound, of a size AWS accepts (/16 to /28, both,
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html), inside their VPC, not overlapping; and sound
 * addresses in security group rules.
 */
export const checkAddresses: Check = (evaluation) => {
  const findings: Finding[] = [];
  const vpcs = readBlocks(ofType(evaluation, "aws:ec2/vpc:Vpc"), findings);
  const subnets = readBlocks(ofType(evaluation, "aws:ec2/subnet:Subnet"), findings);
  for (const [index, subnet] of subnets.entries()) {
    const { resource, block } = subnet;
    const cidr = String(resource.inputs.cidrBlock);
    const vpc = vpcs.find((candidate) => candidate.resource.id === resource.inputs.vpcId);
    if (vpc !== undefined && !vpc.block.contains(block)) {
      const outside = `${cidr} lies outside of its VPC`;
      findings.push(finding(resource, "cidrBlock", outside, `a block within ${vpc.resource.inputs.cidrBlock}`));
    }
    for (const other of subnets.slice(0, index)) {
      if (other.resource.inputs.vpcId === resource.inputs.vpcId && other.block.overlaps(block)) {
        const both = `${cidr} overlaps ${other.resource.inputs.cidrBlock} of ${describeResource(other.resource)}`;
        findings.push(finding(resource, "cidrBlock", both, "a block no other subnet has"));
      }
    }
  }
  return [...findings, ...ruleFindings(evaluation.resources)];
};

function readBlocks(resources: readonly RecordedResource[], findings: Finding[]): Placed[] {
  return resources.flatMap((resource) => {
    const { cidrBlock } = resource.inputs;
    const problem =
      typeof cidrBlock === "string" ? AddressBlock.problem(cidrBlock) : `${show(cidrBlock)} is not a CIDR`;
    if (problem !== undefined || typeof cidrBlock !== "string") {
      findings.push(finding(resource, "cidrBlock", problem ?? "no CIDR", "an IPv4 CIDR from /16 to /28"));
      return [];
    }
    const block = AddressBlock.parse(cidrBlock);
    if (block.prefix < 16 || block.prefix > 28) {
      findings.push(finding(resource, "cidrBlock", `${cidrBlock} has a size AWS refuses`, "/16 to /28"));
    }
    return [{ resource, block }];
  });
}

function ruleFindings(resources: readonly RecordedResource[]): Finding[] {
  return resources.flatMap((resource) => {
    const { cidrIpv4 } = resource.inputs;
    // A rule for everybody is valid; whether it is wanted is the subject of another check.
    const problem =
      typeof cidrIpv4 === "string" && cidrIpv4 !== "0.0.0.0/0" ? AddressBlock.problem(cidrIpv4) : undefined;
    return problem === undefined ? [] : [finding(resource, "cidrIpv4", problem, "an IPv4 CIDR")];
  });
}
