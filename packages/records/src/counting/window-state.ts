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
  /** Windows that end by then are published for good and not here any more; `null`: all are. */
  readonly prunedUntil: string | null;
  /** By their start, `2026-11-26T09:00:00Z`, ascending. */
  readonly windows: Readonly<Record<string, WindowCounts>>;
}

export function emptyWindows(delayMs: number): WindowState {
  return { delayMs, watermark: null, late: 0, forced: 0, prunedUntil: null, windows: {} };
}

/** `2026-11-26T09:00:00Z`; `start` in milliseconds since the epoch. */
export function windowName(start: number): string {
  return `${new Date(start).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
}

/** Years have four digits, so the end of the last window, in the year 10000, can't be written: it is shown with its last second. */
const LATEST_END = Date.parse('9999-12-31T23:59:59Z');

/** Where a window ends, as it is shown; in milliseconds since the epoch, as `start`. */
export function windowEnd(start: number, unitMs: number): number {
  return Math.min(start + unitMs, LATEST_END);
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
  const { prunedUntil } = state;
  return { delayMs, watermark, late: state.late + added.late, forced, prunedUntil, windows };
}

/**
 * The state of an idle partition between two records: its watermark follows the latest of the others.
 * The same one: it stays.
 */
export function followWatermarks(state: WindowState, others: readonly (string | null)[]): WindowState {
  const latest = others.reduce((a, b) => (isBefore(a, b) ? b : a), state.watermark);
  return latest === state.watermark ? state : { ...state, watermark: latest };
}

function isBefore(a: string | null, b: string | null): boolean {
  return b !== null && (a === null || Date.parse(a) < Date.parse(b));
}

/**
 * Leaves out windows that end by `until`, in milliseconds since the epoch, and that the watermark has closed: no record can come for
 * them, so this may happen at any time. The same one: there are none.
 */
export function withoutWindows(state: WindowState, until: number, unitMs: number): WindowState {
  const closed = state.watermark === null ? -Infinity : Date.parse(state.watermark);
  const last = Math.min(until, closed);
  const [oldest] = Object.keys(state.windows);
  if (oldest === undefined || !(Date.parse(oldest) + unitMs <= last)) return state;
  return leaveOut(state, new Date(last).toISOString(), unitMs);
}

/** Leaves out what another state of the same partition, which has come as far or further, has left out. */
export function leftOutAs(
  state: WindowState,
  { prunedUntil }: Pick<WindowState, 'prunedUntil'>,
  unitMs: number,
): WindowState {
  return prunedUntil === state.prunedUntil || prunedUntil === null
    ? state
    : leaveOut(state, prunedUntil, unitMs);
}

function leaveOut(state: WindowState, prunedUntil: string, unitMs: number): WindowState {
  const until = Date.parse(prunedUntil);
  const kept = Object.entries(state.windows).filter(([name]) => Date.parse(name) + unitMs > until);
  return { ...state, prunedUntil, windows: Object.fromEntries(kept) };
}

/** Reads a state back from JSON. Throws a `RangeError` that says what is wrong with it. */
export function parseWindows({ name, values, unitMs }: WindowsFile, value: unknown): WindowState {
  const count = z.int().nonnegative();
  const time = z.iso.datetime({ precision: 3 });
  const start = z.string().refine((text) => {
    const ms = Date.parse(text);
    return ms % unitMs === 0 && windowName(ms) === text;
  });
  const schema = z.strictObject({
    delayMs: count,
    watermark: time.nullable(),
    late: count,
    forced: count,
    prunedUntil: time.nullable(),
    windows: z.record(start, z.array(count).length(values.length)),
  });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RangeError(`not the windows of ${name}:\n${z.prettifyError(parsed.error)}`);
}
