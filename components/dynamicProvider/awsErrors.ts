/** The code AWS gave an error, such as `NatGatewayNotFound`, or the name or system code of an error from elsewhere. */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null) {
    return "";
  }
  const { name, Code, code } = error as { name?: unknown; Code?: unknown; code?: unknown };
  for (const candidate of [Code, name === "Error" ? code : name, code]) {
    if (typeof candidate === "string" && candidate !== "") {
      return candidate;
    }
  }
  return "";
}

/** True for an error of this program itself: its message says all there is to say, and its code is for the program. */
export function isOwnError(error: unknown): boolean {
  return ["", "Interrupted", "DeadlineExceeded"].includes(errorCode(error));
}

/** What an error says, for people: with its code, unless the message holds it, or is our own and needs none. */
export function errorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  return isOwnError(error) || message.includes(code) ? message : `${code}: ${message}`;
}

const allowAction = "Allow the action to whoever runs `pulumi up`.";
const runAgain = "AWS failed inside; run `pulumi up` again.";
const signInAgain =
  "Sign in again (`aws sso login`, or new keys where the AWS SDK finds them), then run `pulumi up` again: it goes on.";
const setClock =
  "Set this machine's clock, compare the secret access key with the one AWS gave, then run `pulumi up` again.";
const refresh = "It was deleted behind Pulumi's back; run `pulumi refresh`, then `pulumi up`.";

/** What a person can do about an error of AWS, by its code or by a NAT gateway's failure code. */
const remedies: Readonly<Record<string, string>> = {
  AddressLimitExceeded: "Release an Elastic IP address, or raise the quota L-0263D0A3 (EC2-VPC Elastic IPs).",
  NatGatewayLimitExceeded: "Delete a NAT gateway of the zone, or raise the quota L-FE5A380F (NAT gateways per zone).",
  InternetGatewayLimitExceeded: "Delete an internet gateway, or raise the quota L-A4707A72 (internet gateways).",
  RouteLimitExceeded: "Raise the quota L-93826ACB (routes per route table).",
  RulesPerSecurityGroupLimitExceeded: "Raise the quota L-0EA8095F (rules per security group).",
  ServiceQuotaExceededException: "Delete schedules, or raise the quota of schedules (EventBridge Scheduler).",
  UnauthorizedOperation: allowAction,
  AccessDenied: allowAction,
  AccessDeniedException: allowAction,
  InsufficientFreeAddressesInSubnet: "Free an address in the public subnet, or make it larger.",
  "Gateway.NotAttached": "The internet gateway was detached meanwhile; run `pulumi up` again.",
  "InvalidAllocationID.NotFound": "The Elastic IP address was released meanwhile; run `pulumi up` again.",
  "InvalidSubnetID.NotFound": "The public subnet is gone; run `pulumi refresh`, then `pulumi up`.",
  "Resource.AlreadyAssociated":
    "The Elastic IP address counted as in use; run `pulumi up` again, or disassociate it if something else uses it.",
  InternalError: runAgain,

  // Credentials that have expired or are not known, in the words of EC2, of the other services, of STS and of the SDK
  // (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html).
  RequestExpired: signInAgain,
  AuthFailure: signInAgain,
  ExpiredToken: signInAgain,
  ExpiredTokenException: signInAgain,
  InvalidClientTokenId: signInAgain,
  UnrecognizedClientException: signInAgain,
  MissingAuthenticationToken: signInAgain,
  MissingAuthenticationTokenException: signInAgain,
  CredentialsProviderError: signInAgain,
  TokenProviderError: signInAgain,
  SignatureDoesNotMatch: setClock,
  InvalidSignatureException: setClock,
  RequestTimeTooSkewed: setClock,

  // ECS (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html#API_RunTask_Errors).
  ClusterNotFoundException: refresh,
  ServiceNotFoundException: refresh,
  ServiceNotActiveException: refresh,
  ClientException: "Correct what ECS names, then run `pulumi up` again; `pulumi refresh` first if something is gone.",
  InvalidParameterException: "Correct what AWS names, then run `pulumi up` again.",
  PlatformUnknownException: "Choose a region in which Fargate has platform version 1.4.0.",
  PlatformTaskDefinitionIncompatibilityException: "Choose a region in which Fargate runs tasks of this kind.",
  UnsupportedFeatureException: "Choose a region in which Fargate runs tasks of this kind.",
  BlockedException: "AWS has blocked the account; ask AWS Support.",
  ServerException: runAgain,

  // ECR (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html#API_BatchGetImage_Errors).
  RepositoryNotFoundException: refresh,
  UnableToGetUpstreamImageException:
    "See that the public registry has the image under this tag (`aws ecr describe-pull-through-cache-rules` names the " +
    "registry), then run `pulumi up` again.",
  LimitExceededException: "Raise the quota AWS names (Service Quotas), then run `pulumi up` again.",
};

/**
 * What a person can do about a denial which is not a missing permission of theirs: AWS's message names the kind of
 * policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
 */
function denialRemedy(message: string): string | undefined {
  if (/a permissions boundary|no permissions boundary/.test(message)) {
    return "Allow the action in the permissions boundary of whoever runs `pulumi up`, too.";
  }
  if (!/(service|resource) control policy/i.test(message)) {
    return undefined;
  }
  const exemption = "A policy of your organization forbids it: have the account exempted";
  return /ec2:\w*(InternetGateway|NatGateway|Address|Route)\b/.test(message)
    ? `${exemption}, or do without a NAT gateway: \`pulumi config set egress none\` and ` +
        "`pulumi config set collectorImageSource mirror`."
    : `${exemption}.`;
}

/**
 * An error that says what was being done, what AWS said, and what to do about it.
 *
 * @param otherwise what to do about a code without a remedy of its own
 */
export function explain(error: unknown, doing: string, otherwise?: string): Error {
  const code = errorCode(error);
  if (code === "Interrupted" || (error as { explained?: true } | undefined)?.explained) {
    return error as Error;
  }
  const message = `failed at ${doing}: ${errorMessage(error).replace(/\.$/, "")}`;
  const remedy = denialRemedy(message) ?? remedies[code] ?? otherwise;
  return Object.assign(new Error(remedy === undefined ? message : `${message}. ${remedy}`), { code, explained: true });
}
