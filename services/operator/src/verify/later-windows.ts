import type { Clock } from '@client-tickets/micro-batch';
import { windowName } from '@client-tickets/records';
import {
  shownSince,
  shownWindows,
  type DeclaredWindows,
  type PublishedWindow,
  type PublishedWindows,
  type TableWindow,
} from '@client-tickets/results';
import type { Difference } from './difference.ts';

const PAUSE_MS = 200;
const MOST_NAMED = 5;

/** What readers see of windows at one moment. */
export interface SeenWindows {
  readonly published: PublishedWindows;
  /** Days that are there whole, `2026-11-26`. */
  readonly days: ReadonlySet<string>;
}

/**
 * Published windows follow a commit a moment later, as counts do (`checkLaterCounts`): they are read again until they show what the
 * checkpoints had counted, and until days that were over are put, or `waitMs` are over. A file that does not say what it counts must
 * show exactly that, as long as nothing is committed meanwhile.
 */
export async function checkLaterWindows(options: {
  readonly seen: SeenWindows;
  readonly read: () => Promise<SeenWindows>;
  /** All windows that the checkpoints know, and up to where they are final. */
  readonly table: readonly TableWindow[];
  readonly until: number | undefined;
  /** Days that are over, and that a consumer still can put. */
  readonly expectedDays: readonly string[];
  readonly file: DeclaredWindows;
  /** Whether anything is counted. */
  readonly isBegun: boolean;
  readonly isIdle: () => Promise<boolean>;
  readonly clock: Clock;
  readonly waitMs: number;
}): Promise<readonly Difference[]> {
  const { read, table, until, expectedDays, file, isBegun, isIdle, clock, waitMs } = options;
  const deadline = clock.monotonic() + waitMs;
  const shown = shownWindows(file, table, until);
  let { seen } = options;
  for (;;) {
    const { published, days } = seen;
    const { key } = published;
    const behind = isBegun ? whatIsBehind(file, published, shown) : [];
    const later = expectedDays.filter((date) => !days.has(date));
    if (behind.length === 0 && later.length === 0) return [];
    if (clock.monotonic() >= deadline) {
      const problems = behind.slice(0, MOST_NAMED).join(', ');
      const isVague = published.kind === 'read' && published.watermarks === undefined;
      const isReported = behind.length > 0 && (!isVague || (await isIdle()));
      const message = `${key} ${problems}; a consumer publishes it when it starts`;
      const code = isVague ? 'counts_differ' : 'counts_behind';
      return [
        ...(isReported ? [{ code, key, message } as const] : []),
        ...later.map((date): Difference => {
          const text = `the windows of ${date} are final, and their files are not there; a consumer writes them when it starts`;
          return { code: 'counts_behind', message: text };
        }),
      ];
    }
    await clock.sleep(PAUSE_MS);
    seen = await read();
  }
}

function whatIsBehind(
  file: DeclaredWindows,
  published: PublishedWindows,
  shown: readonly TableWindow[],
): readonly string[] {
  if (published.kind === 'damaged') return [];
  if (published.kind === 'missing') return ['is not there, but batches are committed'];
  const { windows, watermarks } = published;
  const found = new Map(windows.map((window) => [window.start, window]));
  const until =
    watermarks === undefined || watermarks.size === 0 ? undefined : Math.min(...watermarks.values());
  return shown.flatMap((window) => {
    const { startMs, endMs } = window;
    const seen = found.get(startMs);
    const isGone = until !== undefined && endMs <= shownSince(file, until);
    if (seen === undefined) return isGone ? [] : [`lacks ${windowName(startMs)}`];
    return isBehind(file, seen, window, watermarks === undefined)
      ? [`is behind for ${windowName(startMs)}`]
      : [];
  });
}

function isBehind(
  { values }: DeclaredWindows,
  { counts, isFinal }: PublishedWindow,
  window: TableWindow,
  isVague: boolean,
): boolean {
  if (window.isFinal && !isFinal) return true;
  return values.some((value, kind) => {
    const [count, expected] = [counts[value] ?? 0, window.counts[kind] ?? 0];
    return isVague ? count !== expected : count < expected;
  });
}
