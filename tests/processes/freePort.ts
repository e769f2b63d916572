import { isFree } from "../../tools/localRun/task/ports";

/**
 * A port on which nothing listens. It is not of those which the system hands out by itself (from 32768 on in Linux), so
 * that nobody else is given it in the meantime.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
}
