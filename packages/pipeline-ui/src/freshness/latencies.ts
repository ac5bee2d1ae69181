/** Upper bounds of the buckets, in seconds: fine where a trigger and a result file lie, up to ten minutes. */
export const LATENCY_BUCKETS = [
  0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300,
  600,
] as const;

/**
 * How many records took how long. `prom-client` has a histogram as well, but it takes one value a call, and here many records
 * share theirs.
 */
export class Latencies {
  /** By bucket, not cumulative; the last one is of all that took longer. */
  readonly #counts = [...LATENCY_BUCKETS, Infinity].map(() => 0);
  #sum = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(seconds: number, count: number): void {
    const bucket = LATENCY_BUCKETS.findIndex((bound) => seconds <= bound);
    const index = bucket < 0 ? LATENCY_BUCKETS.length : bucket;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#sum += seconds * count;
    this.#count += count;
  }

  addAll(other: Latencies): void {
    for (const [index, count] of other.#counts.entries())
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#sum += other.#sum;
    this.#count += other.#count;
  }

  /**
   * What this share of the records did not exceed, in seconds; `undefined`: there are none. Interpolated within its bucket as
   * Prometheus' `histogram_quantile` does, so the largest one that can be said is the last bound.
   */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = share * this.#count;
    let below = 0;
    let start = 0;
    for (const [index, bound] of LATENCY_BUCKETS.entries()) {
      const count = this.#counts[index] ?? 0;
      if (count > 0 && below + count >= rank) return start + (bound - start) * ((rank - below) / count);
      below += count;
      start = bound;
    }
    return start;
  }

  /** As a histogram in Prometheus' text format. */
  render(name: string, help: string): string {
    let total = 0;
    const buckets = LATENCY_BUCKETS.map((bound, index) => {
      total += this.#counts[index] ?? 0;
      return `${name}_bucket{le="${bound}"} ${total}`;
    });
    return [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} histogram`,
      ...buckets,
      `${name}_bucket{le="+Inf"} ${this.#count}`,
      `${name}_sum ${this.#sum}`,
      `${name}_count ${this.#count}`,
      '',
    ].join('\n');
  }
}
