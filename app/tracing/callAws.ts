import { currentTrace } from "./context";
import { type SubsegmentData, type TraceScope, UNSAMPLED } from "./tracer";

/** What a client of the AWS SDK knows of a call, besides its answer. */
interface CallMetadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
  readonly attempts?: number;
}

/** The call, for its subsegment. */
export interface AwsCall {
  /** The service's name in X-Ray, such as `DynamoDB`. */
  readonly service: string;
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly region: string;
  /** Other fields of the subsegment's `aws` block, such as `table_name`. */
  readonly aws?: Readonly<Record<string, string>>;
}

/**
 * Calls AWS within a subsegment, which ends with the call, and with its error.
 *
 * @param send sends the request with a client of the AWS SDK, version 3
 * @param scope where the subsegment belongs; the current trace unless given
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-aws
 */
export async function callAws<Answer extends { readonly $metadata: CallMetadata }>(
  call: AwsCall,
  send: () => Promise<Answer>,
  scope: TraceScope = currentTrace() ?? UNSAMPLED,
): Promise<Answer> {
  const { service, operation, region } = call;
  const subsegment = scope.begin(service, { namespace: "aws", aws: { operation, region, ...call.aws } });
  try {
    const answer = await send();
    subsegment.end(outcome(answer.$metadata));
    return answer;
  } catch (error) {
    subsegment.fail(error);
    subsegment.end(outcome((error as { $metadata?: CallMetadata }).$metadata));
    throw error;
  }
}

function outcome({ httpStatusCode: status, requestId, attempts }: CallMetadata = {}): SubsegmentData {
  return {
    ...(status === undefined ? {} : { http: { response: { status } } }),
    aws: {
      ...(requestId === undefined ? {} : { request_id: requestId }),
      ...(attempts === undefined ? {} : { retries: attempts - 1 }),
    },
  };
}
