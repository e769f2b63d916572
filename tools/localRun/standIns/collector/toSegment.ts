import { causeOf } from "./causeOf";
import { httpOf } from "./httpOf";
import type { Attributes, AttributeValue, Span } from "./spans";

/**
 * How the exporter for X-Ray makes segments of spans. Not imitated is what no tracer of this project sends: the older
 * names of HTTP's attributes, databases, links, platforms other than ECS, and Application Signals. What this function
 * and the real exporter make of the same spans is compared in tests/integration/otel.
 *
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.156.0/exporter/awsxrayexporter/internal/translator/segment.go
 *
 * @param indexed attributes that become annotations; `all` for every one
 */
export function toSegment(span: Span, indexed: readonly string[] | "all"): Record<string, unknown> {
  const { attributes, kind, resource, parentSpanId } = span;
  const isSegment = kind === "server" || kind === "consumer" || parentSpanId === "";
  const http = httpOf(span);
  const aws = awsOf(http.others, resource);
  const isCall = kind === "client" || kind === "producer";
  const isAws =
    attributes["rpc.system"] === "aws-api" || ("aws.service" in attributes && !("peer.service" in attributes));
  const version = resource["service.version"];
  return {
    ...{ id: span.spanId, trace_id: xrayTraceId(span.traceId), name: nameOf(span) },
    ...{ start_time: seconds(span.start), end_time: seconds(span.end) },
    ...(parentSpanId === "" ? {} : { parent_id: parentSpanId }),
    ...(isSegment ? {} : { type: "subsegment" }),
    ...(isAws || isCall ? { namespace: isAws ? "aws" : "remote" } : {}),
    ...flagsOf(span),
    ...causeOf(span),
    ...originOf(resource),
    ...(version === undefined ? {} : { service: { version } }),
    ...(http.block === undefined ? {} : { http: http.block }),
    ...(aws.block === undefined ? {} : { aws: aws.block }),
    ...describe(span, aws.others, isSegment ? resource : {}, indexed),
  };
}

/** A trace id as X-Ray writes it; its first 8 digits are the time. */
function xrayTraceId(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e9;
}

/** The longest name that is made of a span's. */
const longestName = 200;

/** A segment is named after a service, and so is a subsegment that calls one. */
function nameOf({ attributes, kind, name, resource }: Span): string {
  const candidates = [
    attributes["peer.service"],
    attributes["aws.service"],
    kind === "server" ? resource["service.name"] : undefined,
    attributes["rpc.service"],
    name.replace(/[^ 0-9\p{L}N_.:/%&#=+\-@]/gu, "").slice(0, longestName),
  ];
  const [first = "span"] = candidates.flatMap((candidate) => text(candidate) ?? []);
  return first;
}

function text(value: AttributeValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A status of HTTP decides before that of the span. */
function flagsOf({ attributes, status }: Span): { error: boolean; throttle: boolean; fault: boolean } {
  const code = attributes["http.response.status_code"];
  const failed = typeof code === "number" && code >= 400 && code <= 599 ? code : undefined;
  return {
    error: failed !== undefined && failed < 500,
    throttle: failed === 429,
    fault: failed === undefined ? status.isError : failed >= 500,
  };
}

function originOf(resource: Attributes): { origin?: string } {
  if ((resource["cloud.provider"] ?? "aws") !== "aws" || resource["cloud.platform"] !== "aws_ecs") return {};
  const origins: Readonly<Record<string, string>> = { ec2: "AWS::ECS::EC2", fargate: "AWS::ECS::Fargate" };
  return { origin: origins[String(resource["aws.ecs.launchtype"])] ?? "AWS::ECS::Container" };
}

/** Attributes of the resource that make up `aws.ecs`. */
const ecsAttributes = {
  container: "container.name",
  container_id: "container.id",
  availability_zone: "cloud.availability_zone",
  container_arn: "aws.ecs.container.arn",
  cluster_arn: "aws.ecs.cluster.arn",
  task_arn: "aws.ecs.task.arn",
  task_family: "aws.ecs.task.family",
  launch_type: "aws.ecs.launchtype",
};

/** Attributes of the span that go into the block `aws`, and nowhere else. */
const awsAttributes: Readonly<Record<string, string>> = {
  "rpc.method": "operation",
  "aws.operation": "operation",
  "aws.account_id": "account_id",
  "aws.region": "region",
  "aws.request_id": "request_id",
  "aws.requestId": "request_id",
  "aws.queue_url": "queue_url",
  "aws.queue.url": "queue_url",
  "aws.table_name": "table_name",
  "aws.table.name": "table_name",
};

/** The block `aws`, and the attributes which are not in it (aws.go beside segment.go). */
function awsOf(attributes: Attributes, resource: Attributes): { block?: object; others: Attributes } {
  const [own, others] = partition(attributes, (key) => Object.hasOwn(awsAttributes, key));
  if ((resource["cloud.provider"] ?? "aws") !== "aws") return { others };
  const fields = Object.fromEntries(Object.entries(own).map(([key, value]) => [awsAttributes[key], value]));
  const { "telemetry.sdk.name": sdkName = "", "telemetry.sdk.language": language = "" } = resource;
  const ecs = Object.entries(ecsAttributes).map(([field, attribute]) => [field, resource[attribute]] as const);
  const groups = resource["aws.log.group.names"];
  const logGroups = typeof groups === "string" ? groups.split("&") : Array.isArray(groups) ? groups : [];
  const tables = attributes["aws.dynamodb.table_names"];
  const block = {
    account_id: resource["cloud.account.id"],
    ...fields,
    ...(Array.isArray(tables) && tables.length === 1 ? { table_name: tables[0] } : {}),
    ...(resource["cloud.platform"] === "aws_ecs" ? { ecs: withoutEmpty(ecs) } : {}),
    ...(logGroups.length === 0 ? {} : { cloudwatch_logs: logGroups.map((log_group) => ({ log_group })) }),
    xray: withoutEmpty([
      ["sdk", sdkName !== "" && language !== "" ? `${sdkName} for ${language}` : sdkName],
      ["sdk_version", resource["telemetry.sdk.version"]],
      ["auto_instrumentation", "telemetry.distro.version" in resource],
    ]),
  };
  return { block: withoutEmpty(Object.entries(block)), others };
}

function withoutEmpty(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ""));
}

function partition(attributes: Attributes, isFirst: (key: string) => boolean): [Attributes, Attributes] {
  const entries = Object.entries(attributes);
  return [
    Object.fromEntries(entries.filter(([key]) => isFirst(key))),
    Object.fromEntries(entries.filter(([key]) => !isFirst(key))),
  ];
}

/** The attribute whose value lists others that become annotations. */
const annotationList = "aws.xray.annotations";

/** What no field of a segment stands for: annotations, metadata, and the user. */
function describe(span: Span, left: Attributes, resource: Attributes, indexed: readonly string[] | "all"): object {
  const listed = left[annotationList];
  const keys = [...(indexed === "all" ? [] : indexed), ...(Array.isArray(listed) ? listed : [])];
  const again = indexed === "all" ? {} : partition(span.attributes, (key) => indexed.includes(key))[0];
  const { "enduser.id": user, [annotationList]: _, ...own } = { ...left, ...again };
  const ofResource = Object.entries(resource).map(([key, value]) => [`otel.resource.${key}`, value] as const);
  const annotations: Record<string, AttributeValue> = {};
  const metadata: Record<string, AttributeValue> = {};
  for (const [key, value] of [...ofResource, ...Object.entries(own)]) {
    const isAnnotation = indexed === "all" || keys.includes(key);
    if (isAnnotation && typeof value !== "object") annotations[key.replace(/[^0-9A-Za-z.]/g, "_")] = value;
    // An attribute that cannot be searched is not kept, one of the resource is.
    else if (value !== null && (!isAnnotation || key.startsWith("otel.resource."))) metadata[key] = value;
  }
  return {
    ...(user === undefined ? {} : { user }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata: { default: metadata } }),
  };
}
