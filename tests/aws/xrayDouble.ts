import type { SamplingRule, SamplingStatisticSummary, Service, TraceSummary } from "@aws-sdk/client-xray";
import { AwsGate } from "./awsGate";
import { jsonAnswer, must, type RawAnswer, type RawCall, signerOf } from "./awsProtocol";

/** Times travel as seconds since 1970 (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html). */
type OnTheWire<T> = { [key in keyof T]: Exclude<T[key], undefined> extends Date ? number : T[key] };

/** One call as it came in. */
interface XrayCall {
  /** Such as `POST /TraceSummaries`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** How many items a page has: few, so that tests see several. */
const pageSize = 2;

/**
 * What X-Ray answers who reads from it
 * (https://docs.aws.amazon.com/xray/latest/api/API_Operations.html). Every list comes page by page.
 */
export class XrayDouble {
  readonly calls: XrayCall[] = [];
  /** Filter expressions by the group's name. */
  readonly groups = new Map<string, string>();
  services: OnTheWire<Service>[] = [];
  summaries: OnTheWire<TraceSummary>[] = [];
  rules: SamplingRule[] = [];
  statistics: OnTheWire<SamplingStatisticSummary>[] = [];
  /** Documents of the segments of each trace, by the trace's id. */
  readonly documents = new Map<string, readonly string[]>();
  readonly gate = new AwsGate((raw) => this.answer(raw));

  /** The inputs of the calls of an operation. */
  inputsOf(path: string): XrayCall["input"][] {
    return this.calls.filter(({ operation }) => operation === `POST ${path}`).map(({ input }) => input);
  }

  private answer(raw: RawCall): RawAnswer {
    signerOf(raw);
    const input: XrayCall["input"] = raw.body === "" ? {} : JSON.parse(raw.body);
    const operation = `${raw.method} ${raw.path}`;
    this.calls.push({ operation, input });
    switch (operation) {
      // https://docs.aws.amazon.com/xray/latest/api/API_GetGroup.html
      case "POST /GetGroup": {
        const GroupName = String(input.GroupName);
        const FilterExpression = this.filterOf(GroupName);
        return jsonAnswer({ Group: { GroupName, FilterExpression } });
      }
      // https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html
      case "POST /ServiceGraph":
        checkTimes(input);
        this.filterOf(String(input.GroupName));
        return page("Services", this.services, input);
      // https://docs.aws.amazon.com/xray/latest/api/API_GetTraceSummaries.html
      case "POST /TraceSummaries":
        checkTimes(input, 24);
        must([...this.groups.values()].includes(String(input.FilterExpression)), ...invalid("no such filter"));
        return page("TraceSummaries", this.summaries, input);
      // https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html
      case "POST /Traces": {
        const ids = input.TraceIds as string[];
        must(ids.length >= 1 && ids.length <= 5, ...invalid("TraceIds must have 1 to 5 items"));
        must(
          ids.every((id) => id.length <= 35),
          ...invalid("a trace id has at most 35 characters"),
        );
        const known = ids.filter((id) => this.documents.has(id));
        const traces = known.map((Id) => ({
          Id,
          Segments: this.documents.get(Id)?.map((Document) => ({ Document })),
        }));
        return page("Traces", traces, input, { UnprocessedTraceIds: ids.filter((id) => !known.includes(id)) });
      }
      // https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingRules.html
      case "POST /GetSamplingRules":
        return page(
          "SamplingRuleRecords",
          this.rules.map((SamplingRule) => ({ SamplingRule })),
          input,
        );
      // https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingStatisticSummaries.html
      case "POST /SamplingStatisticSummaries":
        return page("SamplingStatisticSummaries", this.statistics, input);
      default:
        throw new Error(`the double does not know ${operation}`);
    }
  }

  private filterOf(group: string): string {
    const filter = this.groups.get(group);
    must(filter !== undefined, ...invalid("Group not found"));
    return filter;
  }
}

function invalid(message: string): [code: string, message: string] {
  return ["InvalidRequestException", message];
}

/** Both ends of a time, in seconds since 1970, which lie no further apart than X-Ray allows where it says so. */
function checkTimes({ StartTime, EndTime }: XrayCall["input"], hours = Number.POSITIVE_INFINITY): void {
  const [from, to] = [Number(StartTime), Number(EndTime)];
  must(from < to, ...invalid("StartTime and EndTime are required, in this order"));
  must(to - from <= hours * 3600, ...invalid(`Time range cannot be longer than ${hours} hours`));
}

function page(name: string, items: readonly object[], { NextToken }: XrayCall["input"], more: object = {}): RawAnswer {
  const at = NextToken === undefined ? 0 : Number(NextToken);
  must(Number.isInteger(at) && at <= items.length, ...invalid("NextToken is not one of these answers"));
  const next = at + pageSize;
  const token = next < items.length ? { NextToken: String(next) } : {};
  return jsonAnswer({ [name]: items.slice(at, next), ...token, ...more });
}
