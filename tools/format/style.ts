import { styleText } from "node:util";

/** Writes a text in a colour, or leaves it as it is. */
export type Style = (colour: Parameters<typeof styleText>[0], text: string) => string;

/** Colours for a terminal that has them; `NO_COLOR` (https://no-color.org), `FORCE_COLOR` and `TERM` are honoured. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  return stream.isTTY && stream.hasColors() ? (colour, text) => styleText(colour, text) : (_colour, text) => text;
}
