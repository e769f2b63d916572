import { EventEmitter, once } from "node:events";

type Timer = { readonly callback: () => void; readonly milliseconds: number; readonly unref: () => void };

/**
 * Holds what this process asks `setTimeout` for, until it is told that the time is over. Modules that took
 * `setTimeout` before, such as mocha and Node's own, are not concerned.
 */
export class HeldTimers {
  private readonly real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  private readonly held = new Set<Timer>();
  private readonly events = new EventEmitter();

  /** @param delays how long the timers are that are held, in milliseconds. @default all */
  constructor(...delays: readonly number[]) {
    const hold = (callback: () => void, milliseconds: number): unknown => {
      if (delays.length > 0 && !delays.includes(milliseconds)) return this.real.setTimeout(callback, milliseconds);
      const timer = { callback, milliseconds, unref() {} };
      this.held.add(timer);
      this.events.emit("held");
      return timer;
    };
    const drop = (timer: Timer & NodeJS.Timeout): void => {
      if (!this.held.delete(timer)) this.real.clearTimeout(timer);
    };
    Object.assign(globalThis, { setTimeout: hold, clearTimeout: drop });
  }

  /** Lets the time of all of them be over. */
  fire(): void {
    for (const timer of this.held) {
      this.held.delete(timer);
      timer.callback();
    }
  }

  /** Resolves to a timer of this delay, as soon as there is one. */
  async find(milliseconds: number): Promise<Timer> {
    for (;;) {
      const timer = [...this.held].find((each) => each.milliseconds === milliseconds);
      if (timer !== undefined) return timer;
      await once(this.events, "held");
    }
  }

  /** Lets the time of a timer of this delay be over, as soon as there is one. */
  async pass(milliseconds: number): Promise<void> {
    const timer = await this.find(milliseconds);
    this.held.delete(timer);
    timer.callback();
  }

  restore(): void {
    Object.assign(globalThis, this.real);
  }
}
