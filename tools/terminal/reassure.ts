/** How long something may take before the person at the terminal hears that it goes on, in milliseconds. */
const reassureMs = 2000;

/** Awaits something, saying every now and then that it goes on. */
export async function reassure<T>(print: (line: string) => void, what: string, work: Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const timer = setInterval(() => {
    print(`  still ${what} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
  }, reassureMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
