import { spawnSync } from "node:child_process";

/**
 * Skips the tests with a line that says so where nobody may make namespaces and mounts: that takes root in a virtual
 * machine or a privileged container, which no package brings, so with CI=true too.
 */
export function requireNamespaces(context: Mocha.Context): void {
  const { status } = spawnSync("unshare", ["--mount", "--net", "--pid", "--fork", "--mount-proc", "true"]);
  if (process.getuid?.() === 0 && status === 0) return;
  console.log("      SKIPPED: root with the right to make namespaces is missing: see docs/testing.md");
  context.skip();
}
