import { z } from "zod";
import { parseJson } from "../../values";
import type { SamplingRule } from "../checks/sampling";
import { checkSegmentDocument, type SegmentDocument } from "./daemon/segmentDocument";
import { type ApiAnswer, JsonServer, type Tls } from "./jsonServer";

/** How long a quota holds, in seconds. */
const quotaSeconds = 300;
/** How often a client is to report, in seconds. */
const reportSeconds = 10;

const statistics = z.object({
  SamplingStatisticsDocuments: z
    .array(
      z.object({
        RuleName: z.string().min(1).max(32),
        ClientID: z.string().length(24),
        Timestamp: z.number(),
        RequestCount: z.int().min(0),
        SampledCount: z.int().min(0),
        BorrowCount: z.int().min(0).optional(),
      }),
    )
    .max(25),
});

/**
 * Answers as X-Ray does what a service asks through the daemon's TCP side, which forwards to X-Ray
 * (https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingRules.html and API_GetSamplingTargets.html).
 *
 * @param rules the account's sampling rules, the default one among them
 * @param startedAt when the rules were last changed, in seconds since 1970
 */
export class SamplingApi {
  constructor(
    private readonly rules: readonly SamplingRule[],
    private readonly startedAt = Math.floor(Date.now() / 1000),
  ) {}

  /**
   * @param operation such as `POST /GetSamplingRules`
   * @param now seconds since 1970
   */
  answer(operation: string, body: string, now = Math.floor(Date.now() / 1000)): ApiAnswer {
    if (operation !== "POST /GetSamplingRules" && operation !== "POST /SamplingTargets") {
      return { status: 404, body: { message: `X-Ray's sampling API does not have the operation ${operation}` } };
    }
    const request = parseJson(body);
    if (request === undefined) return invalid("the body must be JSON");
    return operation === "POST /GetSamplingRules" ? this.samplingRules() : this.samplingTargets(request, now);
  }

  private samplingRules(): ApiAnswer {
    const times = { CreatedAt: this.startedAt, ModifiedAt: this.startedAt };
    const records = this.rules.map((rule) => ({ SamplingRule: rule, ...times }));
    return { status: 200, body: { NextToken: null, SamplingRuleRecords: records } };
  }

  private samplingTargets(request: unknown, now: number): ApiAnswer {
    const parsed = statistics.safeParse(request);
    if (!parsed.success) {
      return invalid(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
    }
    const targets = [];
    const unprocessed = [];
    for (const { RuleName } of parsed.data.SamplingStatisticsDocuments) {
      const rule = this.rules.find((candidate) => candidate.RuleName === RuleName);
      if (rule === undefined) {
        unprocessed.push({ RuleName, ErrorCode: "404", Message: `There is no sampling rule ${RuleName}.` });
      } else {
        // The whole reservoir goes to the one client that asks: a local run has no other hosts to share it with.
        targets.push({
          RuleName,
          FixedRate: rule.FixedRate,
          ReservoirQuota: rule.ReservoirSize,
          ReservoirQuotaTTL: now + quotaSeconds,
          Interval: reportSeconds,
        });
      }
    }
    return {
      status: 200,
      body: {
        SamplingTargetDocuments: targets,
        LastRuleModification: this.startedAt,
        UnprocessedStatistics: unprocessed,
      },
    };
  }
}

/** One call as it came. */
interface XrayCall {
  /** Such as `POST /TraceSegments`. */
  readonly operation: string;
  /** Absent when it was not signed. */
  readonly authorization: string | undefined;
}

/**
 * Stands for X-Ray's API where a daemon reaches it: sampling, and what PutTraceSegments and PutTelemetryRecords take
 * (https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html). What it is sent is checked, and handed on;
 * signatures are not looked at.
 */
export class XrayApi {
  readonly calls: XrayCall[] = [];
  private readonly server: JsonServer;

  /**
   * @param rules the account's sampling rules, the default one among them
   * @param onSegments takes what is delivered
   * @param tls @default HTTP without TLS
   */
  constructor(rules: readonly SamplingRule[], onSegments: (documents: readonly SegmentDocument[]) => void, tls?: Tls) {
    const sampling = new SamplingApi(rules);
    this.server = new JsonServer(
      (operation, body, { authorization }) => {
        this.calls.push({ operation, authorization });
        if (operation === "POST /TraceSegments") return putTraceSegments(body, onSegments);
        if (operation === "POST /TelemetryRecords") return { status: 200, body: {} };
        return sampling.answer(operation, body);
      },
      { tls },
    );
  }

  /**
   * @param port @default any free one
   * @returns its address on this machine
   */
  async listen(port?: number): Promise<string> {
    return `127.0.0.1:${await this.server.listen(port)}`;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

const segments = z.object({ TraceSegmentDocuments: z.array(z.string()) });

function putTraceSegments(body: string, onSegments: (documents: readonly SegmentDocument[]) => void): ApiAnswer {
  const { success, data } = segments.safeParse(parseJson(body));
  if (!success) return invalid("TraceSegmentDocuments must be a list of texts");
  const checked = data.TraceSegmentDocuments.map((text) => checkSegmentDocument(Buffer.from(text)));
  const unprocessed = checked.flatMap(({ problems }) =>
    problems.length === 0 ? [] : [{ ErrorCode: "InvalidSegment", Message: problems.join("; ") }],
  );
  onSegments(checked.flatMap(({ document }) => document ?? []));
  return { status: 200, body: { UnprocessedTraceSegments: unprocessed } };
}

function invalid(message: string): ApiAnswer {
  return { status: 400, body: { message: `InvalidRequestException: ${message}` } };
}
