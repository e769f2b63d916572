import type { IncomingHttpHeaders } from "node:http";
import { schedulerCall } from "./schedulerDouble";

/** One call as it travels. */
export interface RawCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer as it travels. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The protocols of AWS's services: https://smithy.io/2.0/aws/protocols/index.html */
type Protocol = "ec2Query" | "awsQuery" | "awsJson" | "restJson";

function protocolOf({ headers, body }: RawCall): Protocol {
  if (headers["x-amz-target"] !== undefined) {
    return "awsJson";
  }
  const parameters = new URLSearchParams(body);
  if (parameters.has("Action")) {
    return parameters.get("Version") === "2016-11-15" ? "ec2Query" : "awsQuery";
  }
  return "restJson";
}

/**
 * The name of the call, such as `CreateNatGateway`; where the protocol has no names, that of what method and path mean.
 */
export function nameOf(call: RawCall): string {
  switch (protocolOf(call)) {
    case "awsJson":
      return String(call.headers["x-amz-target"]).split(".")[1] ?? "";
    case "ec2Query":
    case "awsQuery":
      return new URLSearchParams(call.body).get("Action") ?? "";
    case "restJson":
      return schedulerCall(call.method, call.path, call.body)?.action ?? `${call.method} ${call.path}`;
  }
}

/** An error as AWS answers it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** How each protocol's services say that the caller may not, or that there were too many calls. */
const refusals = {
  ec2Query: { error: ["UnauthorizedOperation", 403], throttle: ["RequestLimitExceeded", 503] },
  awsQuery: { error: ["AccessDenied", 403], throttle: ["Throttling", 400] },
  awsJson: { error: ["AccessDeniedException", 400], throttle: ["ThrottlingException", 400] },
  restJson: { error: ["AccessDeniedException", 403], throttle: ["ThrottlingException", 429] },
} as const;

/** The error of a service whose caller may not, or has called too often. */
export function usualError(call: RawCall, kind: "error" | "throttle"): AwsError {
  const [code, status] = refusals[protocolOf(call)][kind];
  const message = kind === "error" ? "You are not authorized to perform this operation." : "Rate exceeded";
  return new AwsError(code, message, status);
}

/** The answer of a service that does not carry out the call. */
export function refusalOf(call: RawCall, { code, message, status }: AwsError): RawAnswer {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  switch (protocolOf(call)) {
    case "ec2Query":
      return xml(status, `<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`);
    case "awsQuery":
      return xml(status, `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>`);
    case "awsJson":
      return json(status, { __type: code, message });
    case "restJson":
      return json(status, { message }, { "x-amzn-errortype": code });
  }
}

function xml(status: number, body: string): RawAnswer {
  return { status, headers: { "content-type": "text/xml;charset=UTF-8" }, body };
}

function json(status: number, body: object, headers: Record<string, string> = {}): RawAnswer {
  const type = { "content-type": "application/x-amz-json-1.1" };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(body) };
}
