/**
 * Lets what `Date.now()` tells run ahead, so that a deadline passes when a test says so. Timers and `new Date()` stay
 * as they are.
 */
export class Clock {
  private readonly real = Date.now;
  private ahead = 0;

  constructor() {
    Date.now = () => this.real() + this.ahead;
  }

  pass(seconds: number): void {
    this.ahead += seconds * 1000;
  }

  restore(): void {
    Date.now = this.real;
  }
}
