import type { IncomingHttpHeaders } from "node:http";

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

/** An error as AWS answers it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message = "made to fail",
    readonly status = 400,
  ) {
    super(message);
  }
}

/** Refuses the call in hand unless something holds. */
export function must(holds: boolean, code: string, message: string, status?: number): asserts holds {
  if (!holds) throw new AwsError(code, message, status);
}

/** How a service says something to its caller. */
interface Protocol {
  /** Code and status for a caller who may not, and for one who has called too often. */
  readonly error: readonly [string, number];
  readonly throttle: readonly [string, number];
  readonly refuse: (error: AwsError) => RawAnswer;
}

const xmlError = ({ code, message }: AwsError) => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

/** The protocols of AWS's services: https://smithy.io/2.0/aws/protocols/index.html */
const protocols = {
  ec2Query: {
    error: ["UnauthorizedOperation", 403],
    throttle: ["RequestLimitExceeded", 503],
    refuse: (error) =>
      xmlAnswer(`<Response><Errors>${xmlError(error)}</Errors><RequestID>1</RequestID></Response>`, error.status),
  },
  awsQuery: {
    error: ["AccessDenied", 403],
    throttle: ["Throttling", 400],
    refuse: (error) =>
      xmlAnswer(`<ErrorResponse>${xmlError(error)}<RequestId>1</RequestId></ErrorResponse>`, error.status),
  },
  awsJson: {
    error: ["AccessDeniedException", 400],
    throttle: ["ThrottlingException", 400],
    refuse: ({ code, message, status }) => jsonAnswer({ __type: code, message }, status),
  },
  restJson: {
    error: ["AccessDeniedException", 403],
    throttle: ["ThrottlingException", 429],
    refuse: ({ code, message, status }) => jsonAnswer({ message }, status, { "x-amzn-errortype": code }),
  },
} satisfies Record<string, Protocol>;

function protocolOf({ headers, body }: RawCall): keyof typeof protocols {
  if (headers["x-amz-target"] !== undefined) return "awsJson";
  const parameters = new URLSearchParams(body);
  if (!parameters.has("Action")) return "restJson";
  return parameters.get("Version") === "2016-11-15" ? "ec2Query" : "awsQuery";
}

/** The calls of EventBridge Scheduler: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
const schedulerCalls: Readonly<Record<string, string>> = {
  POST: "CreateSchedule",
  GET: "GetSchedule",
  PUT: "UpdateSchedule",
  DELETE: "DeleteSchedule",
};

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
      return schedulerCalls[call.method] ?? `${call.method} ${call.path}`;
  }
}

/** Who signed a call, and for which region. */
export interface Signer {
  readonly accessKeyId: string;
  readonly region: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html */
export function signerOf({ headers: { authorization = "" } }: RawCall): Signer {
  const [, accessKeyId, region] = /Credential=([^/]+)\/\d{8}\/([^/]+)\/[^/]+\/aws4_request/.exec(authorization) ?? [];
  must(accessKeyId !== undefined && region !== undefined, "MissingAuthenticationToken", "the call is not signed");
  return { accessKeyId, region };
}

/** The error of a service whose caller may not, or has called too often. */
export function usualError(call: RawCall, kind: "error" | "throttle"): AwsError {
  const [code, status] = protocols[protocolOf(call)][kind];
  const message = kind === "error" ? "You are not authorized to perform this operation." : "Rate exceeded";
  return new AwsError(code, message, status);
}

/** The answer of a service that does not carry out the call. */
export function refusalOf(call: RawCall, error: AwsError): RawAnswer {
  return protocols[protocolOf(call)].refuse(error);
}

export function xmlAnswer(body: string, status = 200): RawAnswer {
  return { status, headers: { "content-type": "text/xml;charset=UTF-8" }, body };
}

export function jsonAnswer(body: object, status = 200, headers: Record<string, string> = {}): RawAnswer {
  const type = { "content-type": "application/x-amz-json-1.1" };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(body) };
}
