import { z } from 'zod';
import type { WindowsFile } from '../declaration/query.ts';

/** Numbers of one window: one for each of the values that are declared, in their order. */
export type WindowCounts = readonly number[];

/**
 * What counting by windows has come to in one partition, as it is kept in JSON. Times are ISO 8601 in UTC.
 *
 * A window is closed once the watermark has come to its end. It stays here until it is published for good, as it is final only when
 * all partitions have closed it.
 */
export interface WindowState {
  /** How far the watermark stays behind the latest event, in milliseconds. */
  readonly delayMs: number;
  /** Only ever moves forward; `null`: there is none yet. */
  readonly watermark: string | null;
  /** Records that came after their window was closed. They are in no window. */
  readonly late: number;
  /** Windows that were closed because too many were open. */
  readonly forced: number;
  /** By their start, `2026-11-26T09:00:00Z`, ascending. */
  readonly windows: Readonly<Record<string, WindowCounts>>;
}

export function emptyWindows(delayMs: number): WindowState {
  return { delayMs, watermark: null, late: 0, forced: 0, windows: {} };
}

/** `2026-11-26T09:00:00Z`; `start` in milliseconds since the epoch. */
export function windowName(start: number): string {
  return `${new Date(start).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}

/** Adds up windows and late records; the watermark, delay and forced windows are those of `next`. */
export function addWindows(
  state: WindowState,
  added: Pick<WindowState, 'late' | 'windows'>,
  next: Pick<WindowState, 'delayMs' | 'watermark' | 'forced'> = state,
): WindowState {
  const { delayMs, watermark, forced } = next;
  const sums: Record<string, WindowCounts> = { ...state.windows };
  let isSorted = true;
  let last = Object.keys(sums).at(-1) ?? '';
  for (const [name, counts] of Object.entries(added.windows)) {
    const before = sums[name];
    isSorted &&= before !== undefined || name > last;
    if (before === undefined) last = name;
    sums[name] = counts.map((count, kind) => count + (before?.[kind] ?? 0));
  }
  const windows = isSorted
    ? sums
    : Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { delayMs, watermark, late: state.late + added.late, forced, windows };
}

/** Reads a state back from JSON. Throws a `RangeError` that says what is wrong with it. */
export function parseWindows({ name, values, unitMs }: WindowsFile, value: unknown): WindowState {
  const count = z.int().nonnegative();
  const start = z.string().refine((text) => {
    const ms = Date.parse(text);
    return ms % unitMs === 0 && windowName(ms) === text;
  });
  const schema = z.strictObject({
    delayMs: count,
    watermark: z.iso.datetime({ precision: 3 }).nullable(),
    late: count,
    forced: count,
    windows: z.record(start, z.array(count).length(values.length)),
  });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RangeError(`not the windows of ${name}:\n${z.prettifyError(parsed.error)}`);
}
