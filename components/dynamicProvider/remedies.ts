import { errorCode, errorMessage } from "./awsErrors";

/** What a person can do about an error of AWS, by its code or by a NAT gateway's failure code. */
const remedies: Readonly<Record<string, string>> = {
  AddressLimitExceeded: "Release an Elastic IP address, or raise the quota L-0263D0A3 (EC2-VPC Elastic IPs).",
  NatGatewayLimitExceeded: "Delete a NAT gateway of the zone, or raise the quota L-FE5A380F (NAT gateways per zone).",
  InternetGatewayLimitExceeded: "Delete an internet gateway, or raise the quota L-A4707A72 (internet gateways).",
  RouteLimitExceeded: "Raise the quota L-93826ACB (routes per route table).",
  RulesPerSecurityGroupLimitExceeded: "Raise the quota L-0EA8095F (rules per security group).",
  ServiceQuotaExceededException: "Delete schedules, or raise the quota of schedules (EventBridge Scheduler).",
  UnauthorizedOperation: "Allow the action to whoever runs `pulumi up`.",
  AccessDeniedException: "Allow the action to whoever runs `pulumi up`.",
  InsufficientFreeAddressesInSubnet: "Free an address in the public subnet, or make it larger.",
  "Gateway.NotAttached": "The internet gateway was detached meanwhile; run `pulumi up` again.",
  "InvalidAllocationID.NotFound": "The Elastic IP address was released meanwhile; run `pulumi up` again.",
  "InvalidSubnetID.NotFound": "The public subnet is gone; run `pulumi refresh`, then `pulumi up`.",
  "Resource.AlreadyAssociated": "Something else uses the Elastic IP address; disassociate it.",
  InternalError: "AWS failed inside; run `pulumi up` again.",
};

export function remedyFor(code: string): string | undefined {
  return remedies[code];
}

/** An error that says what was being done, what AWS said, and what to do about it. */
export function explain(error: unknown, doing: string): Error {
  const code = errorCode(error);
  if (code === "Interrupted") {
    return error as Error;
  }
  const message = `failed at ${doing}: ${errorMessage(error).replace(/\.$/, "")}`;
  const remedy = remedyFor(code);
  return Object.assign(new Error(remedy === undefined ? message : `${message}. ${remedy}`), { code });
}
