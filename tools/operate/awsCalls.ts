import { assertAccount, withClients } from "../../components/dynamicProvider/awsClient";
import { errorCode, errorMessage, isOwnError } from "../../components/dynamicProvider/awsErrors";
import type { AwsLocation } from "../../components/dynamicProvider/awsLocation";
import { OperationError } from "./command";

/** AWS did not carry out a call: why, and what to do, in one line. */
export class AwsCallError extends OperationError {
  constructor(
    message: string,
    /** The code AWS gave the error. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** The prefixes of IAM's actions which differ from the names of the clients. */
const actionPrefixes: Readonly<Record<string, string>> = { resourcegroupstaggingapi: "tag" };

/**
 * Connects to these services for as long as `work` takes; calls that fail throw an `AwsCallError`.
 *
 * @throws AwsCallError also when the credentials are those of another account than the stack's, where nothing would be
 * found
 */
export async function withStackClients<S extends Parameters<typeof withClients>[1][number], T>(
  location: AwsLocation,
  services: readonly S[],
  work: (clients: Parameters<Parameters<typeof withClients<S, T>>[2]>[0]) => Promise<T>,
): Promise<T> {
  await assertAccount(location).catch((error: unknown) => {
    throw failureOf(error, "sts:GetCallerIdentity", location);
  });
  return withClients<S, T>(location, services, (clients) => {
    const explained = Object.entries<object>(clients).map(([service, client]) => [
      service,
      explainFailures(client, service, location),
    ]);
    return work(Object.fromEntries(explained));
  });
}

/** The same client, whose calls say which action failed. */
function explainFailures<C extends object>(client: C, service: string, location: AwsLocation): C {
  return new Proxy(client, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function" || typeof name !== "string") return member;
      const action = `${actionPrefixes[service] ?? service}:${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return (...args: unknown[]) => {
        const answer: unknown = member.apply(target, args);
        return answer instanceof Promise
          ? answer.catch((error: unknown) => {
              throw failureOf(error, action, location);
            })
          : answer;
      };
    },
  });
}

const denials = ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"];
/** In the words of EC2, of the other services, and of STS. */
const expiries = ["RequestExpired", "ExpiredToken", "ExpiredTokenException", "TokenProviderError"];
const refusals = [
  "AuthFailure",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
  "RequestTimeTooSkewed",
];
const unreachable = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "TimeoutError"];

/** What went wrong with a call, in one line. */
export function failureOf(error: unknown, action: string, { profile }: AwsLocation): AwsCallError {
  const code = errorCode(error);
  const [said = ""] = errorMessage(error).split("\n");
  const signIn = `type: aws sso login${profile === undefined ? "" : ` --profile ${profile}`}, or export AWS_PROFILE=...`;
  const describe = (): string => {
    if (isOwnError(error)) return said;
    if (denials.includes(code))
      return `AWS denies ${action}${reasonOf(said)}; allow it: docs/deployer-policy/operator.json`;
    if (expiries.includes(code) || /expired/i.test(said)) return `the AWS credentials have expired; ${signIn}`;
    if (code === "CredentialsProviderError") return `there are no AWS credentials; ${signIn}`;
    if (refusals.includes(code)) return `AWS does not accept the credentials (${code}); ${signIn}`;
    if (unreachable.includes(code)) return `AWS cannot be reached for ${action}: ${said}`;
    return `AWS failed at ${action}: ${said}`;
  };
  return new AwsCallError(describe(), code);
}

/**
 * Which kind of policy denies, where AWS says it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
 */
function reasonOf(message: string): string {
  const [reason] = /with an explicit deny in an? [\w -]+|because no [\w -]+ allows/.exec(message) ?? [];
  return reason === undefined ? "" : ` (${reason.replace(/ allows$/, " allows it")})`;
}
