import { backoffMs } from '../ports/backoff.ts';
import type { Clock } from '../ports/clock.ts';

const PAUSES = { firstMs: 100, longestMs: 5_000 };

/** How long something has not answered, and how long to wait before the next try: 100 ms, doubled up to 5 s. */
export class Outage {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #since: number | undefined;
  #failures = 0;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Notes a failure. The pause before the next try in milliseconds, or `undefined` when it has lasted too long. */
  failed(): number | undefined {
    this.#since ??= this.#clock.monotonic();
    if (this.#clock.monotonic() - this.#since >= this.#timeoutMs) return undefined;
    this.#failures += 1;
    return backoffMs(this.#failures, PAUSES);
  }

  over(): void {
    this.#since = undefined;
    this.#failures = 0;
  }
}
