import type { Service, XRay } from "@aws-sdk/client-xray";
import type { AwsLocation } from "../../components/dynamicProvider/awsLocation";
import type { SamplingRule } from "../localRun/checks/sampling";
import { AwsCallError, withStackClients } from "../operate/awsCalls";
import { OperationError } from "../operate/command";
import { resultsOfReports } from "./ruleResults";
import { distinctSegments, readSegment, type Segment } from "./segments";
import { clientNode, type ServiceMap, type ServiceNode, sorted } from "./serviceMap";
import type { TraceOverview, TraceSource, TraceSummary } from "./traceSource";

interface AwsTracesArgs {
  readonly location: AwsLocation;
  readonly stack: string;
  /** The stack's X-Ray group. */
  readonly group: string;
  readonly namePrefix: string;
  /** How far back, in seconds. */
  readonly seconds: number;
}

/** How many traces are looked at, the newest first: what a person reads, not an archive. */
const mostTraces = 10_000;
/** https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html */
const tracesPerCall = 5;

/** The traces of a deployed stack, from X-Ray. */
export function awsTraces({ location, stack, group, namePrefix, seconds }: AwsTracesArgs): TraceSource {
  const ask = <T>(work: (xray: XRay) => Promise<T>): Promise<T> =>
    withStackClients(location, ["xray"], ({ xray }) => work(xray));
  const read = async (xray: XRay): Promise<TraceOverview> => {
    const to = Math.floor(Date.now() / 1000);
    const from = to - seconds;
    const range = { StartTime: new Date(from * 1000), EndTime: new Date(to * 1000) };
    const FilterExpression = await filterOf(xray, group, stack, location.region);
    const [services, traces, rules, reports] = await Promise.all([
      pages(async (NextToken) => {
        const { Services, ...page } = await xray.getServiceGraph({ ...range, GroupName: group, NextToken });
        return { ...page, items: Services };
      }),
      pages(async (NextToken) => {
        const { TraceSummaries, ...page } = await xray.getTraceSummaries({ ...range, FilterExpression, NextToken });
        return { ...page, items: TraceSummaries };
      }, mostTraces),
      pages(async (NextToken) => {
        const { SamplingRuleRecords, ...page } = await xray.getSamplingRules({ NextToken });
        return { ...page, items: SamplingRuleRecords?.flatMap(({ SamplingRule }) => SamplingRule ?? []) };
      }),
      pages(async (NextToken) => {
        const { SamplingStatisticSummaries, ...page } = await xray.getSamplingStatisticSummaries({ NextToken });
        return { ...page, items: SamplingStatisticSummaries };
      }),
    ]);
    const reported = reports
      .filter(({ Timestamp }) => Timestamp !== undefined && Timestamp >= range.StartTime)
      .map(({ RuleName: rule = "", RequestCount: requests = 0, SampledCount: sampled = 0, BorrowCount = 0 }) => {
        return { rule, requests, sampled, borrowed: BorrowCount };
      });
    // Rules of others, about which nothing was reported, would only be in the way.
    const known = rules.filter(
      ({ RuleName = "", ServiceName = "" }) =>
        ServiceName.startsWith(namePrefix) || reported.some(({ rule }) => rule === RuleName),
    );
    return {
      from,
      to,
      serviceMap: serviceMapOfGraph(services),
      traces: traces.map((summary): TraceSummary => {
        const { Id = "", StartTime, Duration = 0, EntryPoint, Http, HasError, HasFault, HasThrottle } = summary;
        return {
          ...{ id: Id, start: (StartTime?.getTime() ?? 0) / 1000, duration: Duration, service: EntryPoint?.Name },
          ...{ method: Http?.HttpMethod, url: Http?.HttpURL, status: Http?.HttpStatus },
          ...{ error: HasError === true, throttle: HasThrottle === true, fault: HasFault === true },
        };
      }),
      sampling: resultsOfReports(known as readonly SamplingRule[], reported),
    };
  };
  return {
    description: `stack ${stack} in ${location.region}`,
    namePrefix,
    read: () => ask(read),
    readSegments: (traceIds) => ask((xray) => readSegments(xray, traceIds)),
  };
}

/** The filter of the stack's group: GetTraceSummaries takes an expression and not a group. */
async function filterOf(xray: XRay, group: string, stack: string, region: string): Promise<string> {
  try {
    const { Group } = await xray.getGroup({ GroupName: group });
    return Group?.FilterExpression ?? "";
  } catch (error) {
    // https://docs.aws.amazon.com/xray/latest/api/API_GetGroup.html
    if (!(error instanceof AwsCallError) || error.code !== "InvalidRequestException") throw error;
    throw new OperationError(
      `stack ${stack} is not deployed in ${region}: X-Ray has no group ${group}; type: npm run up -- --stack ${stack}`,
    );
  }
}

async function readSegments(xray: XRay, traceIds: readonly string[]): Promise<ReadonlyMap<string, readonly Segment[]>> {
  const found = new Map<string, readonly Segment[]>();
  for (let at = 0; at < traceIds.length; at += tracesPerCall) {
    const TraceIds = traceIds.slice(at, at + tracesPerCall);
    const traces = await pages(async (NextToken) => {
      const { Traces, ...page } = await xray.batchGetTraces({ TraceIds, NextToken });
      return { ...page, items: Traces };
    });
    for (const { Id = "", Segments = [] } of traces) {
      found.set(Id, distinctSegments(Segments.flatMap(({ Document = "" }) => readSegment(Document) ?? [])));
    }
  }
  return found;
}

/** All items of an operation which answers page by page. */
async function pages<T>(
  ask: (token: string | undefined) => Promise<{ items?: T[] | undefined; NextToken?: string | undefined }>,
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items = [], NextToken } = await ask(token);
    all.push(...items);
    token = NextToken || undefined;
  } while (token !== undefined && all.length < most);
  return all.slice(0, most);
}

/**
 * The service map which X-Ray has drawn itself (https://docs.aws.amazon.com/xray/latest/api/API_Service.html); its
 * clients, one for each service they call, are one here.
 */
export function serviceMapOfGraph(services: readonly Service[]): ServiceMap {
  const nodes = new Map<number | undefined, ServiceNode>(
    services.map(({ ReferenceId, Name = "", Type = "service" }) => [
      ReferenceId,
      Type === "client" ? clientNode : { id: String(ReferenceId), name: Name, type: Type },
    ]),
  );
  const edges = services.flatMap(({ ReferenceId, Edges = [] }) =>
    Edges.flatMap(({ ReferenceId: called, SummaryStatistics: statistics, ResponseTimeHistogram = [] }) => {
      const [from, to] = [nodes.get(ReferenceId), nodes.get(called)];
      if (from === undefined || to === undefined) return [];
      return {
        ...{ from: from.id, to: to.id, requests: statistics?.TotalCount ?? 0 },
        errors: statistics?.ErrorStatistics?.TotalCount ?? 0,
        throttles: statistics?.ErrorStatistics?.ThrottleCount ?? 0,
        faults: statistics?.FaultStatistics?.TotalCount ?? 0,
        histogram: ResponseTimeHistogram.map(({ Value = 0, Count = 0 }) => ({ value: Value, count: Count })),
      };
    }),
  );
  return sorted({ nodes: [...new Set(nodes.values())], edges });
}
