import type { Clock } from '@client-tickets/micro-batch';
import { Latencies } from './latencies.ts';

/** So many slices make up the span; the oldest one is dropped as a whole. */
const SLICES = 6;

interface Slice {
  readonly startedAt: number;
  readonly latencies: Latencies;
}

/** The latencies of the last while, for people who look now. */
export class RecentLatencies {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  #slices: readonly Slice[] = [];

  constructor(clock: Clock, spanMs: number) {
    this.#clock = clock;
    this.#sliceMs = spanMs / SLICES;
  }

  add(seconds: number, count: number): void {
    const now = this.#clock.monotonic();
    const last = this.#slices.at(-1);
    const isSame = last !== undefined && now - last.startedAt < this.#sliceMs;
    const slice = isSame ? last : { startedAt: now, latencies: new Latencies() };
    if (!isSame) this.#slices = [...this.#kept(now), slice];
    slice.latencies.add(seconds, count);
  }

  all(): Latencies {
    const all = new Latencies();
    for (const { latencies } of this.#kept(this.#clock.monotonic())) all.addAll(latencies);
    return all;
  }

  #kept(now: number): readonly Slice[] {
    return this.#slices.filter(({ startedAt }) => now - startedAt < SLICES * this.#sliceMs);
  }
}
