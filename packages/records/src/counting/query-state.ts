import type { Counts, Query } from '../declaration/query.ts';
import { emptyCounts } from './counts.ts';
import { parseCounts } from './parse-counts.ts';
import { emptyWindows, parseWindows, type WindowState } from './window-state.ts';

/** All that is counted of one partition, as it is kept in JSON. */
export interface QueryState {
  readonly counts: Counts;
  /** Where the query counts by windows. */
  readonly windows?: WindowState;
}

type Declared = Pick<Query, 'record' | 'countsFiles' | 'windows'>;

/** `delayMs`: how far a watermark stays behind, in milliseconds. */
export function emptyState(query: Pick<Query, 'countsFiles' | 'windows'>, delayMs: number): QueryState {
  const counts = emptyCounts(query);
  return query.windows === undefined ? { counts } : { counts, windows: emptyWindows(delayMs) };
}

/** Reads a state back from JSON. Throws a `RangeError` that says what is wrong with it. */
export function parseQueryState(query: Declared, value: unknown): QueryState {
  const { record, windows: file } = query;
  const expected = file === undefined ? ['counts'] : ['counts', 'windows'];
  const parts =
    typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map<string, unknown>();
  if ([...parts.keys()].sort().join() !== expected.join())
    throw new RangeError(
      `not ${record.name} counts: expected ${expected.join(' and ')}, found ${[...parts.keys()].join(', ') || 'nothing'}`,
    );
  const counts = parseCounts(query, parts.get('counts'));
  if (file === undefined) return { counts };
  const windows = parseWindows(file, parts.get('windows'));
  const total = Object.values(Object.values(counts)[0] ?? {}).reduce((sum, count) => sum + count, 0);
  const inWindows = Object.values(windows.windows)
    .flat()
    .reduce((sum, count) => sum + count, windows.late);
  // Windows that are published for good are not here any more.
  if (query.countsFiles.length > 0 && inWindows > total)
    throw new RangeError(`not ${record.name} counts: ${inWindows} in windows or late, of ${total}`);
  return { counts, windows };
}
