import type { PartitionCheckpoint } from '@client-tickets/micro-batch';
import type { QueryState } from '@client-tickets/records';
import type { DeclaredWindows } from '@client-tickets/results';
import { readWindowNumber, windowNumber } from './window-number.ts';

/** A partition as it was proven: its checkpoint, and the rows in its files by windows (`WindowTally.rows`). */
export interface WindowedPartition {
  readonly checkpoint: Pick<PartitionCheckpoint<QueryState>, 'counted' | 'stored' | 'gaps'>;
  readonly rows: ReadonlyMap<number, number>;
}

/** What windows must count over all partitions, by their start in milliseconds since the epoch. */
export interface ExpectedWindows {
  /** Of each declared value, at least. */
  readonly windows: ReadonlyMap<number, readonly number[]>;
  /** Whether a window counts no more than that. Else some rows of it may be in no file, and in no state any more. */
  readonly isExact: (start: number) => boolean;
}

/**
 * What windows must count once all partitions have closed them. States say it exactly. Of a window that a state has dropped the rows in
 * files say it, if all of its rows are there.
 */
export function expectedWindows(
  file: DeclaredWindows,
  partitions: readonly WindowedPartition[],
): ExpectedWindows {
  const windows = new Map<number, number[]>();
  const add = (number: number, count: number): void => {
    const { start, kind } = readWindowNumber(file, number);
    const counts = windows.get(start) ?? file.values.map(() => 0);
    counts[kind] = (counts[kind] ?? 0) + count;
    windows.set(start, counts);
  };
  const readUntil = partitions.map(({ checkpoint, rows }) => {
    const { counted, stored, gaps } = checkpoint;
    const dropped = timeOf(counted.state.windows?.prunedUntil);
    for (const [name, counts] of Object.entries(counted.state.windows?.windows ?? {}))
      for (const [kind, count] of counts.entries()) add(windowNumber(file, Date.parse(name), kind), count);
    for (const [number, count] of rows)
      if (readWindowNumber(file, number).start + file.unitMs <= dropped) add(number, count);
    const isLost = gaps.some(({ isCounted }) => isCounted);
    return { dropped, inFiles: isLost ? -Infinity : timeOf(stored.state.windows?.watermark) };
  });
  const isExact = (start: number): boolean => {
    const end = start + file.unitMs;
    return readUntil.every(({ dropped, inFiles }) => end > dropped || end <= inFiles);
  };
  return { windows, isExact };
}

function timeOf(text: string | null | undefined): number {
  return text === undefined || text === null ? -Infinity : Date.parse(text);
}
