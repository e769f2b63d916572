import { runCommand } from "../../childProcess";

/**
 * Builds workspaces by their own `build` scripts, one after the other; a bundle takes esbuild less time than finding out
 * whether it is stale.
 *
 * @param workspaces directories relative to the project
 * @param signal ends the build
 * @throws Error with what npm printed when the build fails
 */
export async function buildWorkspaces(
  workspaces: readonly string[],
  projectDirectory: string,
  signal: AbortSignal,
): Promise<void> {
  if (workspaces.length === 0) return;
  const command = ["npm", "run", "build", "--silent", ...workspaces.flatMap((name) => ["--workspace", name])];
  const { code, output, errors } = await runCommand(command, {
    cwd: projectDirectory,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const [denied] = /\b(EACCES|EROFS|EPERM): .*/.exec(errors) ?? [];
  if (denied !== undefined) {
    throw new Error(`the services cannot be built here (${denied}): use a copy of the project of your own`);
  }
  if (code !== 0) throw new Error(`${command.join(" ")} failed:\n${`${output}${errors}`.trim()}`);
}
