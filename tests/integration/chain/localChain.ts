import assert from "node:assert/strict";
import { join } from "node:path";
import { evaluateStack } from "../../../tools/evaluation/evaluate";
import type { Evaluation } from "../../../tools/evaluation/evaluation";
import { LocalStack, type LocalStackArgs } from "../../../tools/localRun/localStack";
import { silentScreen } from "../../processes/testScreen";

const root = join(__dirname, "../../..");

/**
 * A stack's tasks as processes of this machine, built, started and healthy. To be stopped at the end.
 *
 * @param evaluation @default that of the stack's own settings
 */
export async function startStack(
  name: string,
  standIns: Pick<LocalStackArgs, "daemon" | "collector" | "proxyProgram"> = {},
  evaluation?: Evaluation,
): Promise<LocalStack> {
  const program = evaluation ?? (await evaluateStack(name, root));
  assert.deepEqual(program.errors, []);
  const stack = await LocalStack.plan({ program, projectDirectory: root, screen: silentScreen, ...standIns });
  try {
    await stack.build(new AbortController().signal);
    await Promise.race([stack.start(), stack.failed]);
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
