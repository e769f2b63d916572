import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** Clones the project, with links to its packages, as somebody with this umask does. */
export function clone(directory: string, umask: string): string {
  execFileSync("sh", ["-c", `umask ${umask} && git clone -q "$0" "$1"`, root, directory]);
  const packages = join(directory, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== ".cache") symlinkSync(join(root, "node_modules", name), join(packages, name));
  }
  return directory;
}

export interface Preview {
  readonly resources: readonly { type: string; name: string; inputs: Readonly<Record<string, unknown>> }[];
}

/** What `npm run preview` tells other programs of a stack. */
export function preview(directory: string, stack: string): Preview {
  const args = ["run", "-s", "preview", "--", "--json", "--stack", stack];
  return JSON.parse(
    execFileSync("npm", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
}
