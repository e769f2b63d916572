import { execFileSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Copies a project as it is in the working tree, without what Git ignores, so that its settings and files can be
 * changed. The packages are links to those of the project, but a workspace is the copy's own.
 */
export function copyWorkingTree(project: string, target: string): void {
  const options = { cwd: project, encoding: "utf8", maxBuffer: 1 << 26 } as const;
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], options);
  const files = listed.split("\0").filter((name) => name !== "" && name !== "node_modules");
  for (const file of files.filter((name) => existsSync(join(project, name)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(project, file), join(target, file));
  }
  linkPackages(join(project, "node_modules"), join(target, "node_modules"));
}

function linkPackages(packages: string, target: string): void {
  mkdirSync(target);
  // The cache of the other tools is left out: a rehearsal leaves no build contexts in it.
  for (const name of readdirSync(packages).filter((entry) => entry !== ".cache")) {
    const from = join(packages, name);
    const to = join(target, name);
    if (lstatSync(from).isSymbolicLink()) {
      symlinkSync(readlinkSync(from), to);
    } else if (name.startsWith("@")) {
      linkPackages(from, to);
    } else {
      symlinkSync(from, to);
    }
  }
}
