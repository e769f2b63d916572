import { spawnSync } from "node:child_process";
import { requireTool } from "../tools";

/**
 * The folder with the base image, where containers can be built and run here. Besides packages, that takes root with
 * the right to make namespaces and mounts, which no package brings: without it the tests are skipped with a line that
 * says so, with CI=true too.
 */
export function requireContainers(context: Mocha.Context): string {
  const { status } = spawnSync("unshare", ["--mount", "--net", "--pid", "--fork", "--mount-proc", "true"]);
  if (process.getuid?.() !== 0 || status !== 0) {
    console.log("      SKIPPED: root with the right to make namespaces is missing: see docs/testing.md");
    return context.skip();
  }
  for (const tool of ["buildah", "podman", "runc", "catatonit"] as const) requireTool(context, tool);
  return requireTool(context, "node-image");
}
