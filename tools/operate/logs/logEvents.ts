import { stripVTControlCharacters } from "node:util";
import type { CloudWatchLogs, FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Style } from "../../terminal/style";

/** A line which a container has written. */
export interface LogLine {
  /** ISO 8601. */
  readonly time: string;
  readonly service: string;
  readonly container: string;
  readonly message: string;
}

/** Which lines are wanted. */
export interface LogFilter {
  /** Name of a service. @default all */
  readonly service?: string;
  /** Name of a container. @default all */
  readonly container?: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** How many events are read of a log group at once; a shorter time is asked for then. */
const maxEvents = 10_000;

/**
 * How long CloudWatch Logs may take to show an event, in milliseconds. awslogs sends what a container writes within
 * seconds; what comes later than this is not seen by who follows.
 */
const visibleWithinMs = 60_000;

/**
 * The log group of a service, read again and again.
 *
 * FilterLogEvents is polled, because one action, `logs:FilterLogEvents`, reads what was and what comes, and costs
 * nothing. StartLiveTail would be a second action, shows nothing of the past, ends after three hours, leaves out what is
 * more than 500 events a second, and is billed by the minute
 * (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html,
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html).
 */
export class LogGroupReader {
  private readonly seen = new Map<string, number>();
  private from: number;
  /** Whether there was more than is read at once. */
  truncated = false;

  constructor(
    private readonly logs: Pick<CloudWatchLogs, "filterLogEvents">,
    private readonly service: { readonly name: string; readonly logGroup: string },
    private readonly filter: LogFilter,
  ) {
    this.from = filter.since;
  }

  /** The lines that have not been read yet. */
  async read(): Promise<LogLine[]> {
    const { container } = this.filter;
    const readAt = Date.now();
    const events: FilteredLogEvent[] = [];
    let page: string | undefined;
    do {
      const answer = await this.logs.filterLogEvents({
        logGroupName: this.service.logGroup,
        startTime: this.from,
        // A stream is called <prefix>/<container>/<task>, and the prefix is the container's name.
        ...(container === undefined ? {} : { logStreamNamePrefix: `${container}/` }),
        ...(page === undefined ? {} : { nextToken: page }),
      });
      events.push(...(answer.events ?? []));
      page = answer.nextToken;
    } while (page !== undefined && events.length < maxEvents);
    this.truncated = page !== undefined;
    const fresh = events.filter(({ eventId = "" }) => !this.seen.has(eventId));
    for (const { eventId = "", timestamp = 0 } of fresh) this.seen.set(eventId, timestamp);
    this.from = Math.max(this.from, readAt - visibleWithinMs);
    for (const [id, timestamp] of this.seen) {
      if (timestamp < this.from) this.seen.delete(id);
    }
    return fresh.map((event) => this.lineOf(event));
  }

  private lineOf({ logStreamName = "", timestamp = 0, message = "" }: FilteredLogEvent): LogLine {
    const [, container = ""] = logStreamName.split("/");
    return { time: new Date(timestamp).toISOString(), service: this.service.name, container, message };
  }
}

/** The oldest lines first, those of the same time in the order they came in. */
export function inOrder(lines: readonly LogLine[]): LogLine[] {
  return [...lines].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** A line for a person: when, who, what; without what would steer the terminal. */
export function formatLine({ time, service, container, message }: LogLine, style: Style): string {
  const who = container === service ? service : `${service}/${container}`;
  return `${style("dim", time.slice(11, 19))} ${style("cyan", who)} | ${stripVTControlCharacters(message).trimEnd()}`;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a time such as `10m`; `undefined` for what is none. */
export function parseDuration(text: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return number === "" ? undefined : Number(number) * (units[unit] ?? 0);
}
