import type { Screen } from "../../tools/terminal/screen";

/** A screen without colours which hands on each line, unbroken, and the beginning of each piece of work. */
export function testScreen(onLine: (line: string) => void): Screen {
  return {
    style: (_colour, text) => text,
    print: (text) => text.split("\n").forEach(onLine),
    during: (what, work) => {
      onLine(`  ${what}`);
      return work;
    },
  };
}

export const silentScreen = testScreen(() => undefined);
