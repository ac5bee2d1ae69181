import { windowEnd } from '@client-tickets/records';
import type { DeclaredWindows } from './layout/declaration.ts';

/** What a partition has counted by windows, as far as the table needs it. */
export interface PartitionWindows {
  /** ISO 8601; `null`: nothing was counted that moves it. */
  readonly watermark: string | null;
  /** By their start, ISO 8601; a number for each declared value. */
  readonly windows: Readonly<Record<string, readonly number[]>>;
}

/** A window over all partitions. */
export interface TableWindow {
  /** Milliseconds since the epoch; `endMs` is excluded. */
  readonly startMs: number;
  readonly endMs: number;
  /** Every partition has closed it. */
  readonly isFinal: boolean;
  /** A number for each declared value. */
  readonly counts: readonly number[];
}

export const DAY_MS = 24 * 3_600_000;
const LAST_FINAL = 48;

/**
 * Windows that end after it are in the live file: the last 48 final ones, and those of a day that is not over, as they are in no other
 * file yet. The file is put with each batch, so two days of minutes would be too many. `until`: as `finalUntil` says.
 */
export function shownSince({ unitMs }: Pick<DeclaredWindows, 'unitMs'>, until: number): number {
  return Math.min(Math.floor(until / DAY_MS) * DAY_MS, until - LAST_FINAL * unitMs);
}

/**
 * Up to where windows are final: the least watermark of all partitions. `undefined`: nothing is final, because a partition has none,
 * or none is known.
 */
export function finalUntil(partitions: Iterable<PartitionWindows>): number | undefined {
  let least: number | undefined;
  for (const { watermark } of partitions) {
    if (watermark === null) return undefined;
    const mark = Date.parse(watermark);
    least = Math.min(least ?? mark, mark);
  }
  return least;
}

/** All windows that some partition holds, in the order of their start. `until`: as `finalUntil` says. */
export function windowTable(
  { values, unitMs }: Pick<DeclaredWindows, 'values' | 'unitMs'>,
  partitions: readonly PartitionWindows[],
  until: number | undefined,
): readonly TableWindow[] {
  const sums = new Map<string, number[]>();
  for (const { windows } of partitions) {
    for (const [start, counts] of Object.entries(windows)) {
      const sum = sums.get(start) ?? values.map(() => 0);
      counts.forEach((count, index) => (sum[index] = (sum[index] ?? 0) + count));
      sums.set(start, sum);
    }
  }
  return [...sums]
    .map(([start, counts]) => {
      const startMs = Date.parse(start);
      const isFinal = startMs + unitMs <= (until ?? -Infinity);
      return { startMs, endMs: windowEnd(startMs, unitMs), isFinal, counts };
    })
    .sort((a, b) => a.startMs - b.startMs);
}

/** Those of the live file: open ones, and final ones as `shownSince` says. */
export function shownWindows(
  file: Pick<DeclaredWindows, 'unitMs'>,
  table: readonly TableWindow[],
  until: number | undefined,
): readonly TableWindow[] {
  const since = until === undefined ? -Infinity : shownSince(file, until);
  return table.filter(({ isFinal, endMs }) => !isFinal || endMs > since);
}

/** The windows of each day that is over: `2026-11-26` and all that were in it, in ascending order. */
export function finalDays(
  table: readonly TableWindow[],
  until: number | undefined,
): ReadonlyMap<string, readonly TableWindow[]> {
  const days = new Map<string, TableWindow[]>();
  for (const window of table) {
    const day = Math.floor(window.startMs / DAY_MS) * DAY_MS;
    if (until === undefined || day + DAY_MS > until) continue;
    const date = new Date(day).toISOString().slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), window]);
  }
  return days;
}
