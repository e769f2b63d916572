import type { Readable } from "node:stream";

/** Collects what streams of a process write, and gives all there is so far. */
export function collected(...streams: (Readable | null)[]): () => string {
  let written = "";
  for (const stream of streams) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      written += text;
    });
  }
  return () => written;
}
