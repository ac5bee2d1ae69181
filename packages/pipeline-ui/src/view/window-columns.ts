import { windowEnd } from '@client-tickets/records';
import type { CountedWindow, WindowsTable } from '../api/index.ts';

const MINUTE_MS = 60_000;
const SIZE_MS = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 1_440 * MINUTE_MS } as const;
/** How many columns are shown. */
const SHOWN = { minute: 60, hour: 24, day: 30 } as const;

/** What is counted in one window. */
export interface FoundWindow {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly isFinal: boolean;
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * The latest windows without a gap, up to `nowMs`: one ticket that is dated ahead by years would leave no room for the others. One that holds nothing is final when a later one is: every partition closes its windows in
 * their order.
 */
export function latestWindows(
  found: readonly FoundWindow[],
  kinds: readonly string[],
  per: WindowsTable['per'],
  nowMs: number,
): CountedWindow[] {
  const size = SIZE_MS[per];
  const byStart = new Map(found.map((window) => [window.startMs, window]));
  const begun = [...byStart.keys()].filter((start) => start <= nowMs);
  const last = Math.max(...(begun.length > 0 ? begun : byStart.keys()));
  if (!Number.isFinite(last)) return [];
  const first = Math.max(Math.min(...byStart.keys()), last - (SHOWN[per] - 1) * size);
  const finalUntil = Math.max(...found.filter(({ isFinal }) => isFinal).map(({ startMs }) => startMs));
  const windows: CountedWindow[] = [];
  for (let start = first; start <= last; start += size) {
    windows.push({
      start: new Date(start).toISOString(),
      end: new Date(windowEnd(start, size)).toISOString(),
      isFinal: start <= finalUntil,
      counts: kinds.map((kind) => byStart.get(start)?.counts[kind] ?? 0),
    });
  }
  return windows;
}
