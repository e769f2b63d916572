import { WriteStream } from "node:tty";
import { styleText } from "node:util";

/** Writes a text in a colour, or leaves it as it is. */
export type Style = (colour: Parameters<typeof styleText>[0], text: string) => string;

/** What a command writes to: a terminal, or a pipe or file, which have no colours. */
export type TerminalStream = NodeJS.WritableStream &
  Partial<Pick<NodeJS.WriteStream, "isTTY" | "hasColors" | "columns">>;

/** Where a command writes; `process` is one. */
export interface Terminal {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}

/**
 * Colours for a terminal that has them; `NO_COLOR` (https://no-color.org), `FORCE_COLOR`, also where there is no
 * terminal (https://force-color.org), and `TERM` are honoured.
 */
export function styleFor(stream: TerminalStream): Style {
  const coloured =
    process.env.FORCE_COLOR === undefined ? stream.isTTY && stream.hasColors?.() : WriteStream.prototype.hasColors();
  return coloured ? (colour, text) => styleText(colour, text, { validateStream: false }) : (_colour, text) => text;
}
