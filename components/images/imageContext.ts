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
import { type ContextFile, readBuildContext } from "./buildContext";
import type { Variables } from "./dockerfile";
import { usedParts } from "./usedParts";

/** Within the build context, the Dockerfile of all images. */
const DOCKERFILE = "app/Dockerfile";

/** Where the contexts are kept; ignored by Git and by the builder. */
const CACHE = "node_modules/.cache/traced-fargate/build-contexts";

/** How long a context that nobody asks for is kept, in milliseconds. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * The build context of one image: a Dockerfile with the stages it needs, and the files which these copy.
 *
 * @param directory where `.dockerignore` and `app/Dockerfile` are
 * @throws Error when a stage copies what is not there, or what `.dockerignore` leaves out
 */
export function readImageContext(directory: string, target: string, buildArgs: Variables): ContextFile[] {
  const { dockerfile, sources } = usedParts(readFileSync(join(directory, DOCKERFILE), "utf8"), target, buildArgs);
  const sent = readBuildContext(directory);
  const used = new Set(
    sources.flatMap((source) => {
      const files = sent.filter(({ path }) => path === source || path.startsWith(`${source}/`));
      if (files.length === 0)
        throw new Error(`${DOCKERFILE} copies ${source}, which is not there, or which .dockerignore leaves out`);
      return files;
    }),
  );
  return [
    { path: "Dockerfile", content: dockerfile, executable: false },
    ...[...used].map((file) => (file.path === "package.json" ? { ...file, content: forNpm(file.content) } : file)),
  ];
}

/** What npm reads of the project's package.json in an image: not its layout, nor the scripts, which are for people. */
function forNpm(content: ContextFile["content"]): string {
  const { scripts: _, ...read } = JSON.parse(String(content));
  return JSON.stringify(read);
}

/**
 * Puts a context where the builder finds it, and answers where that is. The builder compares every mode bit and the
 * directory's name (https://github.com/pulumi/pulumi-docker-build/blob/v0.0.14/provider/internal/context.go), so both
 * are the same on every machine, whatever its umask: a difference would build again, and push to a tag that is taken.
 *
 * @param directory the project's
 * @param tag what the files follow from, so that a context that is there is the one
 */
export function placeContext(directory: string, tag: string, files: readonly ContextFile[]): string {
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
    for (const { path, content, executable } of files) {
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
