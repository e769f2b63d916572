import { spawn } from "node:child_process";

/**
 * Builds a workspace by its own `build` script; a bundle takes esbuild less time than finding out whether it is stale.
 *
 * @param workspace directory relative to the project
 * @param signal ends the build
 * @throws Error with what npm printed when the build fails
 */
export async function buildWorkspace(workspace: string, projectDirectory: string, signal: AbortSignal): Promise<void> {
  const output: string[] = [];
  const args = ["run", "build", "--silent", "--workspace", workspace];
  const build = spawn("npm", args, { cwd: projectDirectory, stdio: ["ignore", "pipe", "pipe"], signal });
  for (const stream of [build.stdout, build.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => output.push(text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    build.once("error", reject);
    build.once("close", resolve);
  });
  if (code !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${output.join("").trim()}`);
}
