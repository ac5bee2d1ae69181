import type { Batch } from '../../../src/api/index.ts';

/** A list as its reader has it, and what has come since. */
export interface HeldBatches {
  readonly rows: readonly Batch[];
  /** Keys of batches that are newer than these rows. */
  readonly fresh: ReadonlySet<string>;
}

/**
 * The rows stay in their places, also those that are not among the latest any more; their numbers may grow by another partition. Older ones
 * are added below. `before`: what it was so far; `undefined`: its reader has just come to it.
 */
export function holdBatches(before: HeldBatches | undefined, latest: readonly Batch[]): HeldBatches {
  const oldest = before?.rows.at(-1);
  if (before === undefined || oldest === undefined) return { rows: latest, fresh: new Set() };
  const shown = new Set(before.rows.map(({ key }) => key));
  const byKey = new Map(latest.map((batch) => [batch.key, batch]));
  const others = latest.filter(({ key }) => !shown.has(key));
  const isOlder = (batch: Batch): boolean => Date.parse(batch.countedAt) < Date.parse(oldest.countedAt);
  return {
    rows: [...before.rows.map((batch) => byKey.get(batch.key) ?? batch), ...others.filter(isOlder)],
    fresh: new Set([...before.fresh, ...others.filter((batch) => !isOlder(batch)).map(({ key }) => key)]),
  };
}
