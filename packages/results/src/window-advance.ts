import type { Situation } from '@client-tickets/micro-batch';
import { followWatermarks, withoutWindows, type QueryState, type WindowsFile } from '@client-tickets/records';

/**
 * What happens to windows between two records: a new delay takes effect, an idle partition follows the others, and
 * windows that may be dropped are.
 */
export function windowAdvance(
  { unitMs }: WindowsFile,
  { delayMs, droppableUntil }: { readonly delayMs: number; readonly droppableUntil: () => number },
): (state: QueryState, situation: Situation<QueryState>) => QueryState {
  return (state, { others, isIdle }) => {
    const { windows } = state;
    if (windows === undefined) return state;
    const delayed = windows.delayMs === delayMs ? windows : { ...windows, delayMs };
    const watermarks = others.flatMap((other) => other.windows?.watermark ?? []);
    const followed = isIdle ? followWatermarks(delayed, watermarks) : delayed;
    const next = withoutWindows(followed, droppableUntil(), unitMs);
    return next === windows ? state : { ...state, windows: next };
  };
}
