/** Resolves when `done` does, and at the latest after so many milliseconds. */
export function waitAtMost(milliseconds: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    void done.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
