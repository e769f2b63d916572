import { type Attributes, SpanKind } from "@opentelemetry/api";
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from "@opentelemetry/semantic-conventions";
import { type RawRequest, requestParts } from "../httpData";
import { beginningOf, readableAnnotations, readableName } from "../readable";
import { describeThrown } from "../thrown";
import type { RequestOutcome, SubsegmentData, TracedService } from "../tracer";

/**
 * What spans say, so that the collector's exporter for X-Ray makes of them the segments that the X-Ray tracer writes.
 * Where a convention is stable, its attribute is used. The others are names that the exporter looks for:
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/awsxrayexporter
 */

/** Names of the fields which ECS's metadata have in segments, and of the attributes from which these are made. */
const ECS_ATTRIBUTES: Readonly<Record<string, string>> = {
  container: "container.name",
  container_id: "container.id",
  container_arn: "aws.ecs.container.arn",
  task_arn: "aws.ecs.task.arn",
  task_family: "aws.ecs.task.family",
  cluster_arn: "aws.ecs.cluster.arn",
  launch_type: "aws.ecs.launchtype",
  availability_zone: "cloud.availability_zone",
};

/** Characters which X-Ray takes of a type, by its schema. */
const TYPE_LENGTH = 250;
/** Characters of a message, and of a stack, so that a span stays small whatever is thrown. */
const MESSAGE_LENGTH = 2048;
const STACK_LENGTH = 16_384;

/** What all spans of the service say. */
export function describeService({ name, version, origin: { origin, aws } }: TracedService): Attributes {
  const ecs = Object.entries(aws.ecs ?? {}).map(([field, value]) => [ECS_ATTRIBUTES[field] ?? field, value]);
  const logGroups = aws.cloudwatch_logs?.map(({ log_group }) => log_group);
  return {
    [ATTR_SERVICE_NAME]: name,
    [ATTR_SERVICE_VERSION]: version,
    // The exporter takes stacks apart for this value only, up to a version that AWS's distribution does not have yet:
    // https://github.com/open-telemetry/opentelemetry-collector-contrib/issues/45356
    "telemetry.sdk.language": "javascript",
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.version,
    ...(origin === undefined ? {} : { "cloud.provider": "aws", "cloud.platform": "aws_ecs" }),
    // Where the metadata endpoint did not answer, only Fargate is known.
    ...(origin === "AWS::ECS::Fargate" ? { "aws.ecs.launchtype": "fargate" } : {}),
    ...(aws.account_id === undefined ? {} : { "cloud.account.id": aws.account_id }),
    ...Object.fromEntries(ecs),
    ...(logGroups === undefined ? {} : { "aws.log.group.names": logGroups }),
  };
}

/** What the span of a request says from its beginning. */
export function describeRequest(request: RawRequest, rule: string | true): Attributes {
  const { method, scheme, host, path, userAgent, clientIp, forwarded } = requestParts(request);
  // A zone is not a part of the address.
  const [client] = clientIp?.split("%", 1) ?? [];
  return {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_URL_PATH]: path,
    ...describeHost(host),
    ...(userAgent === undefined ? {} : { [ATTR_USER_AGENT_ORIGINAL]: userAgent }),
    ...(client === undefined ? {} : { [ATTR_CLIENT_ADDRESS]: client }),
    // Without this one the exporter takes the client for one that a proxy has named.
    ...(client === undefined || forwarded ? {} : { [ATTR_NETWORK_PEER_ADDRESS]: client }),
    ...(rule === true ? {} : { "aws.xray.sampling_rule": rule }),
  };
}

/** Name or address, and the port if there is one. */
function describeHost(host: string): Attributes {
  const [, address = host, port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
  return { [ATTR_SERVER_ADDRESS]: address, ...(port === undefined ? {} : { [ATTR_SERVER_PORT]: Number(port) }) };
}

/**
 * The status of a request whose caller hung up, as proxies log it. No response has it, but the exporter takes an error
 * of the caller from a status alone; without one it would be the service's fault.
 */
const CLIENT_CLOSED_REQUEST = 499;

/** The status that the span of a request ends with. */
export function statusOf({ status, complete }: RequestOutcome): number {
  return status !== undefined && (complete || status >= 400) ? status : CLIENT_CLOSED_REQUEST;
}

/** What a span is, and what it says from its beginning. */
export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** The span that stands for a subsegment. */
export function describeSubsegment(givenName: string, data: SubsegmentData): SpanStart {
  const name = readableName(givenName);
  const attributes = { ...describeCall(name, data), ...describeData(data) };
  if (data.namespace === undefined) {
    return { name, kind: SpanKind.INTERNAL, attributes };
  }
  const operation = data.namespace === "aws" ? data.aws?.operation : undefined;
  // A span is named after what is done, a subsegment after whom it is done to.
  const verb = operation === undefined ? data.http?.request?.method : `${name}.${operation}`;
  return { name: verb ?? name, kind: SpanKind.CLIENT, attributes };
}

function describeCall(name: string, { namespace, aws, http }: SubsegmentData): Attributes {
  if (namespace === "aws") {
    const { operation } = aws ?? {};
    return {
      "rpc.system": "aws-api",
      "rpc.service": name,
      ...(operation === undefined ? {} : { "rpc.method": String(operation) }),
    };
  }
  return namespace === "remote" ? { "peer.service": name, ...describeServer(http?.request?.url) } : {};
}

/** Who is called, by its address. */
function describeServer(address: string | undefined): Attributes {
  if (address === undefined || !URL.canParse(address)) {
    return {};
  }
  const { protocol, hostname, port } = new URL(address);
  return { [ATTR_SERVER_ADDRESS]: hostname, [ATTR_SERVER_PORT]: Number(port || (protocol === "https:" ? 443 : 80)) };
}

/** What is said of a subsegment at its beginning, or at its end. */
export function describeData({ http, aws, annotations }: SubsegmentData): Attributes {
  const { request, response } = http ?? {};
  return {
    ...(request === undefined ? {} : { [ATTR_HTTP_REQUEST_METHOD]: request.method, [ATTR_URL_FULL]: request.url }),
    ...(response?.status === undefined ? {} : { [ATTR_HTTP_RESPONSE_STATUS_CODE]: response.status }),
    ...Object.fromEntries(Object.entries(aws ?? {}).map(([field, value]) => [`aws.${field}`, value])),
    ...(annotations === undefined ? {} : describeAnnotations(annotations)),
  };
}

/** The exporter makes annotations of the attributes that this list names, and metadata of all others. */
function describeAnnotations(given: Readonly<Record<string, unknown>>): Attributes {
  const annotations = readableAnnotations(given);
  return { ...annotations, "aws.xray.annotations": Object.keys(annotations) };
}

/** The event that tells the exporter the length of a response's body, by both names that its versions know. */
export function describeLength(length: number): Attributes {
  return {
    "message.type": "RECEIVED",
    "messaging.message.body.size": length,
    "messaging.message_payload_size_bytes": length,
  };
}

/** The event that stands for what was thrown, whatever that is. */
export function describeException(error: unknown): Attributes {
  const { type, message, stack } = describeThrown(error);
  return {
    [ATTR_EXCEPTION_TYPE]: beginningOf(type, TYPE_LENGTH),
    [ATTR_EXCEPTION_MESSAGE]: beginningOf(message, MESSAGE_LENGTH),
    ...(stack === "" ? {} : { [ATTR_EXCEPTION_STACKTRACE]: beginningOf(stack, STACK_LENGTH) }),
  };
}

/** What kind of error a span ended with: what was thrown, or the status. */
export function describeError(
  failure: { readonly error: unknown } | undefined,
  status: number | undefined,
): Attributes {
  if (failure !== undefined) {
    return { [ATTR_ERROR_TYPE]: describeThrown(failure.error).type };
  }
  return status === undefined || status < 400 ? {} : { [ATTR_ERROR_TYPE]: String(status) };
}
