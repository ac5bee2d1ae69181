import type { ObjectStore, Situation } from '@client-tickets/micro-batch';
import { followWatermarks, withoutWindows, type QueryState, type WindowsFile } from '@client-tickets/records';
import { listFinalDays } from './read/final-windows.ts';
import { DAY_MS } from './window-table.ts';

/** A partition that is added when days are published for good has closed their windows: what comes for them is late. */
export async function firstWindows(
  file: WindowsFile,
  results: Pick<ObjectStore, 'list'>,
  initial: QueryState,
): Promise<QueryState> {
  const last = (await listFinalDays(results, file)).at(-1);
  if (last === undefined || initial.windows === undefined) return initial;
  const watermark = new Date(Date.parse(last.date) + DAY_MS).toISOString();
  return { ...initial, windows: { ...initial.windows, watermark } };
}

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
