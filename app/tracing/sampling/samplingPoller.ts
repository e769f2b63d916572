import { randomBytes } from "node:crypto";
import type { Warn } from "../warnings";
import type { Sampler } from "./sampler";
import { readRules, type SampledService, type SamplingStatistics, type SamplingTarget } from "./samplingRule";

/** How often targets are looked for, in milliseconds. */
const POLL_MS = 10_000;
/** How often rules are fetched although X-Ray does not say that they have changed, in seconds. */
const RULES_SECONDS = 300;
const TIMEOUT_MS = 5_000;
/** What SamplingTargets takes at once (https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingTargets.html). */
const MOST_STATISTICS = 25;
/** No account has more pages of rules than this; an API that always announces another page is not followed. */
const MOST_PAGES = 100;

interface Answer {
  readonly SamplingRuleRecords?: unknown;
  readonly NextToken?: unknown;
  readonly SamplingTargetDocuments?: unknown;
  readonly LastRuleModification?: unknown;
}

/**
 * Keeps a sampler up to date: fetches the account's rules, and tells X-Ray every ten seconds what they have sampled, to
 * be told what this process may sample next. The daemon signs the calls and sends them on.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html
 */
export class SamplingPoller {
  private readonly clientId = randomBytes(12).toString("hex");
  private readonly stopped = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  /** When the rules were asked for that are known, in Unix seconds. */
  private rulesFrom = Number.NEGATIVE_INFINITY;

  /**
   * @param daemon where the X-Ray daemon listens on TCP
   * @param now clock in Unix seconds
   */
  constructor(
    private readonly sampler: Sampler,
    private readonly service: SampledService,
    private readonly daemon: { readonly host: string; readonly port: number },
    private readonly warn: Warn,
    private readonly now: () => number = () => Date.now() / 1000,
  ) {}

  start(): void {
    void this.poll();
    this.timer = setInterval(() => void this.poll(), POLL_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.stopped.abort();
  }

  /** Does what is due. Never rejects: what does not succeed is tried again the next time. */
  async poll(): Promise<void> {
    try {
      const changed = await this.report();
      // X-Ray counts in whole seconds, so a rule may have changed after it was asked for in the same one.
      if (changed >= Math.floor(this.rulesFrom) || this.now() - this.rulesFrom >= RULES_SECONDS) {
        await this.fetchRules();
      }
    } catch (error) {
      if (!this.stopped.signal.aborted) {
        this.warn("X-Ray's sampling rules cannot be asked for", error);
      }
    }
  }

  private async fetchRules(): Promise<void> {
    const from = this.now();
    const records: unknown[] = [];
    let token: unknown;
    for (let page = 0; page < MOST_PAGES && (page === 0 || typeof token === "string"); page++) {
      const answer = await this.ask("GetSamplingRules", typeof token === "string" ? { NextToken: token } : {});
      records.push(...(Array.isArray(answer.SamplingRuleRecords) ? answer.SamplingRuleRecords : []));
      token = answer.NextToken;
    }
    if (records.length > 0) {
      this.sampler.replaceRules(readRules(records, this.service), from);
      this.rulesFrom = from;
    }
  }

  /** Reports what is due. Returns when the account's rules were changed last, if X-Ray says so. */
  private async report(): Promise<number> {
    const now = this.now();
    const due = this.sampler.known.flatMap((rule) => rule.report(now) ?? []);
    let changed = Number.NEGATIVE_INFINITY;
    while (due.length > 0) {
      const some = due.slice(0, MOST_STATISTICS);
      try {
        changed = Math.max(changed, await this.reportSome(some, now));
      } catch (error) {
        this.restore(due);
        throw error;
      }
      due.splice(0, some.length);
    }
    return changed;
  }

  private async reportSome(statistics: readonly SamplingStatistics[], now: number): Promise<number> {
    const own = { ClientID: this.clientId, Timestamp: Math.floor(now) };
    const documents = statistics.map((each) => ({ ...each, ...own }));
    const answer = await this.ask("SamplingTargets", { SamplingStatisticsDocuments: documents });
    const targets = Array.isArray(answer.SamplingTargetDocuments) ? answer.SamplingTargetDocuments : [];
    for (const target of targets as (SamplingTarget & { readonly RuleName?: unknown })[]) {
      this.sampler.known.find(({ name }) => name === target.RuleName)?.follow(target);
    }
    const { LastRuleModification: changed } = answer;
    return typeof changed === "number" ? changed : Number.NEGATIVE_INFINITY;
  }

  private restore(statistics: readonly SamplingStatistics[]): void {
    for (const each of statistics) {
      this.sampler.known.find(({ name }) => name === each.RuleName)?.restore(each);
    }
  }

  private async ask(operation: string, body: object): Promise<Answer> {
    const response = await fetch(`http://${this.daemon.host}:${this.daemon.port}/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.any([this.stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${operation} was answered ${response.status} ${text.slice(0, 200)}`);
    }
    return JSON.parse(text) ?? {};
  }
}
