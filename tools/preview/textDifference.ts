/**
 * The lines which a text has less (`-`) and more (`+`) than another, each run of them below the unindented line which
 * it belongs to. It is the shortest there is, by the longest common subsequence of the lines
 * (https://en.wikipedia.org/wiki/Longest_common_subsequence).
 */
export function textDifference(first: string, second: string): string {
  const [before, after] = [first.split("\n"), second.split("\n")];
  /** How many lines are common to what follows each pair of lines. */
  const common: number[][] = [];
  const commonFrom = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    const row: number[] = [];
    common[i] = row;
    for (let j = after.length - 1; j >= 0; j--) {
      const isSame = before[i] === after[j];
      row[j] = isSame ? commonFrom(i + 1, j + 1) + 1 : Math.max(commonFrom(i + 1, j), commonFrom(i, j + 1));
    }
  }
  const lines: string[] = [];
  let heading = "";
  let shown = "";
  const show = (line: string): void => {
    if (heading !== shown) lines.push("", heading);
    shown = heading;
    lines.push(line.trimEnd());
  };
  for (let [i, j] = [0, 0]; i < before.length || j < after.length; ) {
    const [old, fresh] = [before[i], after[j]];
    if (old === fresh) {
      if (/^\S/.test(old ?? "")) heading = old ?? "";
      i++;
      j++;
    } else if (fresh === undefined || (old !== undefined && commonFrom(i + 1, j) >= commonFrom(i, j + 1))) {
      show(`- ${old}`);
      i++;
    } else {
      show(`+ ${fresh}`);
      j++;
    }
  }
  return `${lines.join("\n").trimStart()}\n`;
}
