import type { Situation } from '@client-tickets/micro-batch';
import { followWatermarks, withoutWindows, type QueryState, type WindowsFile } from '@client-tickets/records';
import { FINAL_SHOWN_MS, finalUntil } from './window-table.ts';

/**
 * What becomes of windows between two records: a new delay is taken over, a partition that nothing comes for follows the others, and
 * windows that are published for good, and not shown any more, are dropped. `publishedUntil`: up to when all are, in milliseconds since
 * the epoch.
 */
export function windowAdvance(
  { unitMs }: WindowsFile,
  { delayMs, publishedUntil }: { readonly delayMs: number; readonly publishedUntil: () => number },
): (state: QueryState, situation: Situation<QueryState>) => QueryState {
  return (state, { others, isIdle }) => {
    const { windows } = state;
    const otherWindows = others.flatMap((other) => other.windows ?? []);
    if (windows === undefined) return state;
    const delayed = windows.delayMs === delayMs ? windows : { ...windows, delayMs };
    const watermarks = otherWindows.map(({ watermark }) => watermark);
    const followed = isIdle ? followWatermarks(delayed, watermarks) : delayed;
    const shownFrom = (finalUntil([followed, ...otherWindows]) ?? -Infinity) - FINAL_SHOWN_MS;
    const next = withoutWindows(followed, Math.min(publishedUntil(), shownFrom), unitMs);
    return next === windows ? state : { ...state, windows: next };
  };
}
