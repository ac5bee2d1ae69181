export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** `undefined` of nothing. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? max;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { min, median, max };
}

/** Of values in ascending order: the least that at least this share (0 to 1) of them does not exceed. `NaN` of nothing. */
export function percentile(ascending: readonly number[], share: number): number {
  const index = Math.ceil(ascending.length * share) - 1;
  return ascending[Math.min(ascending.length - 1, Math.max(0, index))] ?? NaN;
}
