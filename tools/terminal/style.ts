import { styleText } from "node:util";

/** Writes a text in a colour, or leaves it as it is. */
export type Style = (colour: Parameters<typeof styleText>[0], text: string) => string;

/** What a command writes to: a terminal, or a pipe or file, which have no colours. */
type TerminalStream = NodeJS.WritableStream & Partial<Pick<NodeJS.WriteStream, "isTTY" | "hasColors">>;

/** Where a command writes; `process` is one. */
export interface Terminal {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}

/** Colours for a terminal that has them; `NO_COLOR` (https://no-color.org), `FORCE_COLOR` and `TERM` are honoured. */
export function styleFor(stream: TerminalStream): Style {
  return stream.isTTY && stream.hasColors?.() ? (colour, text) => styleText(colour, text) : (_colour, text) => text;
}
