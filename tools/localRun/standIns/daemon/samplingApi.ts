import { z } from "zod";
import type { SamplingRule } from "../../checks/samplingRules";

/** An answer of the daemon's HTTP side. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

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
 * @param rules the account's sampling rules, the default one among them.
 * @param startedAt when the rules were last changed, in seconds since 1970.
 */
export class SamplingApi {
  constructor(
    private readonly rules: readonly SamplingRule[],
    private readonly startedAt: number,
  ) {}

  /** @param now seconds since 1970. */
  answer(method: string, path: string, body: string, now: number): ApiAnswer {
    const operation = `${method} ${path}`;
    if (operation !== "POST /GetSamplingRules" && operation !== "POST /SamplingTargets") {
      return { status: 404, body: { message: `No operation of X-Ray's sampling API: ${operation}` } };
    }
    const request = parse(body);
    if (request === undefined) return invalid("the body must be JSON");
    return operation === "POST /GetSamplingRules" ? this.samplingRules() : this.samplingTargets(request, now);
  }

  private samplingRules(): ApiAnswer {
    const records = this.rules.map((rule) => ({
      SamplingRule: rule,
      CreatedAt: this.startedAt,
      ModifiedAt: this.startedAt,
    }));
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

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function invalid(message: string): ApiAnswer {
  return { status: 400, body: { message: `InvalidRequestException: ${message}` } };
}
