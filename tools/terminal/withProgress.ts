/** How long something may take before the person at the terminal hears that it goes on, in milliseconds. */
const progressEveryMs = 2000;

/** Awaits some work and prints every now and then that it goes on. */
export async function withProgress<T>(print: (line: string) => void, what: string, work: Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const timer = setInterval(() => {
    print(`  still ${what} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
  }, progressEveryMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
