import type { Clock } from '../ports/clock.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** How long something has not answered, and how long to wait before the next try: 100 ms, doubled up to 5 s. */
export class Outage {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #since: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Notes a failure. The pause before the next try in milliseconds, or `undefined` when it has lasted too long. */
  failed(): number | undefined {
    this.#since ??= this.#clock.monotonic();
    if (this.#clock.monotonic() - this.#since >= this.#timeoutMs) return undefined;
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, pause * 2);
    return pause;
  }

  over(): void {
    this.#since = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }
}
