import type { Clock } from '../ports/clock.ts';

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  #now = 0;
  #sleepers: { readonly due: number; readonly wake: () => void }[] = [];
  readonly #epoch: number;

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper = { due: this.#now + Math.max(0, ms), wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** When, in monotonic time, the next one wants to wake; `undefined`: nothing sleeps. */
  get nextWake(): number | undefined {
    const due = Math.min(...this.#sleepers.map((sleeper) => sleeper.due));
    return Number.isFinite(due) ? due : undefined;
  }

  /** Moves to the next time to wake, and wakes all that are due then. False: nothing sleeps. */
  advanceToNext(): boolean {
    const due = this.nextWake;
    if (due === undefined) return false;
    this.advance(due - this.#now);
    return true;
  }

  advance(ms: number): void {
    this.#now += Math.max(0, ms);
    for (const sleeper of this.#sleepers.filter(({ due }) => due <= this.#now)) sleeper.wake();
  }
}
