/** A point of the picture, in pixels from its upper left corner. */
export type Point = readonly [x: number, y: number];

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is drawn. Classes say what it means; their colours are in `colours.ts`. */
export type Shape =
  | { readonly shape: "box"; readonly box: Box; readonly className: string }
  | {
      readonly shape: "line";
      readonly points: readonly Point[];
      readonly className: string;
      readonly arrow: boolean /** Passes over no other line. */;
      readonly isAlone?: boolean;
    }
  | {
      readonly shape: "text";
      readonly at: Point;
      readonly text: string;
      readonly className: string;
      readonly anchor: "start" | "middle" | "end";
      /** What follows on the line, each in a class of its own. */
      readonly more?: readonly { readonly text: string; readonly className: string }[];
    };

/** Writes what XML would take for markup as text (https://www.w3.org/TR/xml/#syntax). */
export function escapeXml(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // XML has no way to write most control characters.
  return text
    .replace(/[&<>"]/g, (each) => escapes[each] ?? "")
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\u{10FFFF}]/gu, "");
}

/** A shape as an element of SVG. */
export function toSvg(shape: Shape): string {
  const className = `class="${shape.className}"`;
  if (shape.shape === "box") {
    const { x, y, width, height } = shape.box;
    return `<rect ${className} x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
  }
  if (shape.shape === "text") {
    const [x, y] = shape.at;
    const anchor = shape.anchor === "start" ? "" : ` text-anchor="${shape.anchor}"`;
    const more = (shape.more ?? []).map((each) => `<tspan class="${each.className}">${escapeXml(each.text)}</tspan>`);
    return `<text ${className} x="${x}" y="${y}"${anchor}>${escapeXml(shape.text)}${more.join("")}</text>`;
  }
  const path = shape.points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
  const halo = shape.isAlone ? "" : `<path class="halo" d="${path}"/>`;
  const line = `${halo}<path ${className} d="${path}"/>`;
  return shape.arrow ? `${line}<path class="${shape.className} head" d="${arrowHead(shape.points)}"/>` : line;
}

/** The two strokes of an arrow's head, drawn out: a marker would need an id, and pictures share pages. */
function arrowHead(points: readonly Point[]): string {
  const [[x, y], [fromX, fromY]] = [points.at(-1) ?? [0, 0], points.at(-2) ?? [0, 0]];
  const [dx, dy] = [Math.sign(x - fromX), Math.sign(y - fromY)];
  const [backX, backY] = [x - 7 * dx, y - 7 * dy];
  return `M${backX + 4 * dy} ${backY + 4 * dx}L${x} ${y}L${backX - 4 * dy} ${backY - 4 * dx}`;
}

/** A text cut to what fits, by the width that letters have on average in the fonts of the picture. */
export function shorten(text: string, width: number, size = 12): string {
  const fitting = Math.floor(width / (size * 0.55));
  return text.length <= fitting ? text : `${text.slice(0, Math.max(1, fitting - 1))}…`;
}
