/** Seconds of one of each of Go's units. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** The seconds of a duration as Go writes it, such as `1h30m`; NaN for anything else. */
export function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  const whole = parts.map(([part]) => part).join("") === text && parts.length > 0;
  return whole ? parts.reduce((sum, [, value, unit = ""]) => sum + Number(value) * (units[unit] ?? 0), 0) : Number.NaN;
}
