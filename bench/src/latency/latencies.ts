import type { RecordTime } from './record-times.ts';

/** The published counts as a reader found them. */
export interface Sighting {
  /** When it had read them, in milliseconds since the epoch. */
  readonly at: number;
  /** For each partition the offset up to which they count. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Whether every record had been counted. */
export function coversAll({ ends }: Sighting, records: readonly RecordTime[]): boolean {
  return records.every(({ partition, offset }) => offset < (ends.get(partition) ?? 0));
}

/**
 * From a record's time until a reader first found it counted; in milliseconds, ascending. Records of the first
 * `warmUpMs` are left out: compilers warm up, and the producer catches up with what fell due while it connected.
 */
export function latenciesOf(
  records: readonly RecordTime[],
  sightings: readonly Sighting[],
  warmUpMs: number,
): readonly number[] {
  const begin = records.reduce((least, { time }) => Math.min(least, time), Infinity) + warmUpMs;
  const visible = new Map<string, { readonly end: number; readonly at: number }[]>();
  for (const { ends, at } of sightings) {
    for (const [partition, end] of ends) {
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
