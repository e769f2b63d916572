import { EnvironmentError } from "@traced-fargate/tracing";

const OFFSET = /^([+-])(0\d|1[0-4]):([0-5]\d)$/;

/**
 * Reads the environment: `TIME_ZONE`, an offset from UTC such as `-03:30` (absent means `+09:00`).
 *
 * @returns the offset in minutes
 * @throws EnvironmentError for a value that can't be used
 */
export function readTimeZone(environment: NodeJS.ProcessEnv): number {
  const text = environment.TIME_ZONE ?? "+09:00";
  const [, sign, hours, minutes] = OFFSET.exec(text) ?? [];
  if (sign === undefined) {
    throw new EnvironmentError("TIME_ZONE", text, "use an offset from UTC, as in +09:00");
  }
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** An offset from UTC in minutes, as a person reads it: `UTC-03:30`. */
export function formatTimeZone(offset: number): string {
  const minutes = Math.abs(offset);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `UTC${offset < 0 ? "-" : "+"}${hours}:${rest}`;
}

/** The date at an offset from UTC in minutes, as in `2026/11/20`. */
export function formatDate(now: Date, offset: number): string {
  return shifted(now, offset).slice(0, 10).replaceAll("-", "/");
}

/** The time of day at an offset from UTC in minutes, as in `18:05:09`. */
export function formatTime(now: Date, offset: number): string {
  return shifted(now, offset).slice(11, 19);
}

/** What the clock shows there, written as if it were UTC. */
function shifted(now: Date, offset: number): string {
  return new Date(now.getTime() + offset * 60_000).toISOString();
}
