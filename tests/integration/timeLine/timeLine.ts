/** Something that lasts, in seconds. */
export interface Span {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Bars under each other, each on a line of its own with its seconds. */
export function timeLine(spans: readonly Span[], columns = 60): string {
  const end = Math.max(...spans.map(({ to }) => to));
  const column = (seconds: number) => Math.round((seconds / end) * columns);
  const width = Math.max(...spans.map(({ what }) => what.length));
  return spans
    .map(({ what, from, to }) => {
      const bar = "█".repeat(Math.max(1, column(to) - column(from)));
      const times = `${Math.round(from)} to ${Math.round(to)} s, ${Math.round(to - from)} s`;
      return `${what.padEnd(width)} |${`${" ".repeat(column(from))}${bar}`.padEnd(columns)}| ${times}`;
    })
    .join("\n");
}
