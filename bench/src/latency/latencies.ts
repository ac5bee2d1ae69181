import type { LoggedBatch } from '../batch-log.ts';
import type { RecordTime } from './record-times.ts';

/** Whether every record is in a batch. */
export function coversAll(batches: readonly LoggedBatch[], records: readonly RecordTime[]): boolean {
  const ends = new Map<string, number>();
  for (const batch of batches)
    for (const { partition, end } of batch.ends) ends.set(partition, Math.max(end, ends.get(partition) ?? 0));
  return records.every(({ partition, offset }) => offset < (ends.get(partition) ?? 0));
}

/**
 * From a record's time until the first batch that holds it was visible; in milliseconds, ascending. Records of the first
 * `warmUpMs` are left out: compilers warm up, and the producer catches up with what fell due while it connected.
 */
export function latenciesOf(
  records: readonly RecordTime[],
  batches: readonly LoggedBatch[],
  warmUpMs: number,
): readonly number[] {
  const begin = records.reduce((least, { time }) => Math.min(least, time), Infinity) + warmUpMs;
  const visible = new Map<string, { readonly end: number; readonly at: number }[]>();
  for (const { ends, at } of batches) {
    for (const { partition, end } of ends) {
      const ranges = visible.get(partition) ?? [];
      ranges.push({ end, at });
      visible.set(partition, ranges);
    }
  }
  const next = new Map<string, number>();
  const latencies: number[] = [];
  for (const { partition, offset, time } of [...records].sort((a, b) => a.offset - b.offset)) {
    const ranges = visible.get(partition) ?? [];
    let index = next.get(partition) ?? 0;
    while ((ranges[index]?.end ?? Infinity) <= offset) index += 1;
    next.set(partition, index);
    const range = ranges[index];
    if (range !== undefined && time >= begin) latencies.push(range.at - time);
  }
  return latencies.sort((a, b) => a - b);
}

/** What a reader of the published counts found. */
export interface Reading {
  /** When it began to read. */
  readonly at: number;
  readonly tickets: number;
}

/**
 * Readings that found fewer tickets than the log had called visible before they began. There must be none, or the log is no
 * measure of what readers see.
 */
export function earlyClaims(
  readings: readonly Reading[],
  batches: readonly LoggedBatch[],
): readonly Reading[] {
  return readings.filter(({ at, tickets }) => {
    const claimed = batches.filter((batch) => batch.at < at).reduce((sum, batch) => sum + batch.tickets, 0);
    return tickets < claimed;
  });
}
