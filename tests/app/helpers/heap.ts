import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How much memory is in use when all that nobody holds has been freed, in bytes. */
export function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

/** A text that takes as many bytes, and shares them with nothing else. */
export function longText(length: number): string {
  return Buffer.alloc(length, "a").toString("latin1");
}
