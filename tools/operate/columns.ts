/** The width which every terminal has. */
const width = 80;

/** A word, or a command, which is copied as it stands. */
const unbroken = /npm (?:run \S+|start)(?: --(?: --\w+| (?!--)\S+)*)?|\S+/g;

/** A label and its text, wrapped within 80 columns, with the following lines below the text. */
export function labelled(label: string, text: string, indent: number): string[] {
  const lines: string[] = [];
  for (const word of text.match(unbroken) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width - indent)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => `${(index === 0 ? label : "").padEnd(indent - 1)} ${line}`.trimEnd());
}

/** How long ago something was, such as `3 min`, or how long it took. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
