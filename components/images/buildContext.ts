import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import dockerignore from "@balena/dockerignore";
import { Dockerfile } from "./dockerfile";

/** Within the build context, the Dockerfile of all images. */
const DOCKERFILE = "app/Dockerfile";

/** Where the contexts are kept; ignored by Git and by the builder. */
const CACHE = "node_modules/.cache/traced-fargate/build-contexts";

/** How long a context that nobody asks for is kept, in milliseconds. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** A file of a Docker build context. */
interface ContextFile {
  /** Path within the context, with forward slashes. */
  readonly path: string;
  readonly content: Buffer | string;
  /** Whether the file may be executed, which is all Git knows of its mode: the rest follows from the umask. */
  readonly executable: boolean;
}

/** The build context of one image: a Dockerfile with the stages it needs, and the files which these copy. */
export class BuildContext {
  /** @param files in any order */
  constructor(readonly files: readonly ContextFile[]) {}

  /**
   * @param directory where `.dockerignore` and `app/Dockerfile` are
   * @throws Error when a stage copies what is not there, or what `.dockerignore` leaves out
   */
  static read(directory: string, target: string, buildArgs: Readonly<Record<string, string>>): BuildContext {
    const content = readFileSync(join(directory, DOCKERFILE), "utf8");
    const { dockerfile, sources } = new Dockerfile(content, buildArgs).usedParts(target);
    const sent = readSentFiles(directory);
    const used = new Set(
      sources.flatMap((source) => {
        const files = sent.filter(({ path }) => path === source || path.startsWith(`${source}/`));
        if (files.length === 0)
          throw new Error(`${DOCKERFILE} copies ${source}, which is not there, or which .dockerignore leaves out`);
        return files;
      }),
    );
    return new BuildContext([
      { path: "Dockerfile", content: dockerfile, executable: false },
      ...[...used].map((file) => (file.path === "package.json" ? { ...file, content: forNpm(file.content) } : file)),
    ]);
  }

  /**
   * A tag that says what is in an image: it changes when a file of the image's context or an argument of the build
   * does, and at no other time. A constant tag would not reach the registry twice, because its tags are immutable.
   *
   * @param build the other things the image follows from, such as target, platform and build arguments
   */
  tag(build: Readonly<Record<string, string>>): string {
    const hash = createHash("sha256");
    // Every part is preceded by its length, so that no two different inputs run together into the same bytes.
    const add = (part: Buffer | string) => hash.update(`${Buffer.byteLength(part)}:`).update(part);
    for (const { path, content, executable } of [...this.files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
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

  /**
   * Puts the context where the builder finds it, and answers where that is. The builder compares every mode bit and the
   * directory's name (https://github.com/pulumi/pulumi-docker-build/blob/v0.0.14/provider/internal/context.go), so both
   * are the same on every machine, whatever its umask: a difference would build again, and push to a tag that is taken.
   *
   * @param directory the project's
   * @param tag what the files follow from, so that a context that is there is the one
   */
  place(directory: string, tag: string): string {
    const cache = join(directory, CACHE);
    const place = join(cache, tag);
    const now = new Date();
    if (existsSync(place)) {
      utimesSync(place, now, now);
      return place;
    }
    const draft = `${place}.${process.pid}`;
    const umask = process.umask(0o022);
    try {
      for (const { path, content, executable } of this.files) {
        mkdirSync(dirname(join(draft, path)), { recursive: true });
        writeFileSync(join(draft, path), content, { mode: executable ? 0o755 : 0o644 });
      }
    } finally {
      process.umask(umask);
    }
    try {
      renameSync(draft, place);
    } catch (error) {
      // Another process was quicker.
      if (!existsSync(place)) throw error;
      rmSync(draft, { recursive: true });
    }
    for (const name of readdirSync(cache)) {
      const { mtimeMs = now.getTime() } = statSync(join(cache, name), { throwIfNoEntry: false }) ?? {};
      if (mtimeMs < now.getTime() - KEPT_MS) rmSync(join(cache, name), { recursive: true, force: true });
    }
    return place;
  }
}

/** What npm reads of the project's package.json in an image: not its layout, nor the scripts, which are for people. */
function forNpm(content: ContextFile["content"]): string {
  const { scripts: _, ...read } = JSON.parse(String(content));
  return JSON.stringify(read);
}

/**
 * The files Docker would send to the builder: all below a directory that its `.dockerignore` does not leave out
 * (https://docs.docker.com/build/concepts/context/#dockerignore-files).
 * `node_modules` and `.git` are not even walked, because they are large.
 *
 * @param directory the build context
 * @throws Error when there is no `.dockerignore`: the whole checkout would be sent, secrets included
 */
function readSentFiles(directory: string): ContextFile[] {
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
