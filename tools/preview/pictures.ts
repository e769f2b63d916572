import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { styleFor, type Terminal } from "../terminal/style";

/** Where the picture of a stack is, in the project's folder. */
export function picturePath(stack: string): string {
  return join("docs", "systems", `${stack}.svg`);
}

/**
 * Draws the network of each stack into a file of its own.
 *
 * @returns whether all could be drawn
 */
export async function drawPictures(
  stacks: readonly string[],
  projectDir: string,
  terminal: Terminal,
): Promise<boolean> {
  const { evaluateStack } = await import("../evaluation/evaluate");
  const { formatErrors } = await import("./formatPreview");
  const { stackPicture } = await import("./networkPicture/networkPicture");
  let allDrawn = true;
  for (const stack of stacks) {
    const evaluation = await evaluateStack(stack, projectDir);
    if (evaluation.errors.length > 0) {
      terminal.stderr.write(`${formatErrors(evaluation.errors, stack, styleFor(terminal.stderr))}\n`);
      allDrawn = false;
      continue;
    }
    const path = picturePath(stack);
    const file = join(projectDir, path);
    const picture = stackPicture(evaluation);
    const isSame = existsSync(file) && readFileSync(file, "utf8") === picture;
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, picture);
    terminal.stdout.write(`${path}: ${isSame ? "unchanged" : "drawn"}\n`);
  }
  return allDrawn;
}
