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
  return ["", "Interrupted", "DeadlineExceeded", "UserDataFailed"].includes(errorCode(error));
}

/** What an error says, for people: with its code, unless the message holds it, or is our own and needs none. */
export function errorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  return isOwnError(error) || message.includes(code) ? message : `${code}: ${message}`;
}

/**
 * True when AWS turned a call away because there were too many of them. Such a call changed nothing, so even one that
 * creates may be sent again (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html).
 */
export function isThrottling(error: unknown): boolean {
  const codes = ["RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException"];
  return [...codes, "TooManyRequestsException", "RequestThrottled", "SlowDown", "EC2ThrottledException"].includes(
    errorCode(error),
  );
}

/**
 * True when nobody can tell whether the call was carried out: the connection broke, or AWS failed inside. Reading may
 * be repeated; before creating again, one has to look.
 */
export function isTransient(error: unknown): boolean {
  const names = ["TimeoutError", "RequestTimeout", "NetworkingError", "ServiceUnavailable", "Unavailable"];
  const internal = ["InternalError", "InternalFailure", "InternalServerError"];
  const connection = ["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"];
  const { code, $metadata } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    [...names, ...internal, ...connection].includes(errorCode(error)) ||
    (typeof code === "string" && connection.includes(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}
