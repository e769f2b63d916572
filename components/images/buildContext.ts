import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

/** A file of a Docker build context. */
export interface ContextFile {
  /** Path within the context, with forward slashes. */
  readonly path: string;
  readonly content: Buffer | string;
  /** Whether the file may be executed, which is all Git knows of its mode: the rest follows from the umask. */
  readonly executable: boolean;
}

/**
 * The files Docker would send to the builder: all below a directory that its `.dockerignore` does not leave out
 * (https://docs.docker.com/build/concepts/context/#dockerignore-files).
 * `node_modules` and `.git` are not even walked, because they are large.
 *
 * @param directory the build context
 * @throws Error when there is no `.dockerignore`: the whole checkout would be sent, secrets included
 */
export function readBuildContext(directory: string): ContextFile[] {
  const sent = dockerignore()
    .add(readFileSync(join(directory, ".dockerignore"), "utf8"))
    .createFilter();
  const files: ContextFile[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== ".git") {
        walk(path);
      } else if (entry.isFile() && sent(path)) {
        const file = join(directory, path);
        files.push({ path, content: readFileSync(file), executable: (statSync(file).mode & 0o100) !== 0 });
      }
    }
  };
  walk("");
  return files;
}

/**
 * A tag that says what is in an image: it changes when a file of the image's context or an argument of the build does,
 * and at no other time. A constant tag would not reach the registry twice, because its tags are
 * immutable.
 *
 * @param files the image's context, in any order
 * @param build the other things the image follows from, such as target, platform and build arguments
 */
export function contentTag(files: readonly ContextFile[], build: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  // Every part is preceded by its length, so that no two different inputs run together into the same bytes.
  const add = (part: Buffer | string) => hash.update(`${Buffer.byteLength(part)}:`).update(part);
  for (const { path, content, executable } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    add(path);
    add(executable ? "x" : "-");
    add(content);
  }
  for (const key of Object.keys(build).sort()) {
    add(key);
    add(build[key] ?? "");
  }
  return hash.digest("hex").slice(0, 16);
}
