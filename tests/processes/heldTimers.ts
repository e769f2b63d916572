/**
 * Holds what this process asks `setTimeout` for, until it is told that the time is over. Modules that took
 * `setTimeout` before, such as mocha and Node's own, are not concerned.
 */
export class HeldTimers {
  private readonly real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  private readonly held = new Map<unknown, () => void>();

  constructor() {
    const hold = (callback: () => void): object => {
      const timer = {};
      this.held.set(timer, callback);
      return timer;
    };
    const drop = (timer: unknown): void => void this.held.delete(timer);
    Object.assign(globalThis, { setTimeout: hold, clearTimeout: drop });
  }

  /** Lets the time of all of them be over. */
  fire(): void {
    for (const [timer, callback] of this.held) {
      this.held.delete(timer);
      callback();
    }
  }

  restore(): void {
    Object.assign(globalThis, this.real);
  }
}
