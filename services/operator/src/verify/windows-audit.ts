import type { Frontier } from '@client-tickets/micro-batch';
import { windowName, type QueryState } from '@client-tickets/records';
import {
  finalUntil,
  shownWindows,
  windowTable,
  type DeclaredWindows,
  type PublishedWindows,
} from '@client-tickets/results';
import type { Difference } from './difference.ts';

/** As far as it matters here. */
type Checkpoints = ReadonlyMap<
  number,
  { readonly counted: Pick<Frontier<QueryState>, 'endOffset' | 'state'> }
>;

/**
 * Holds the file of windows to the checkpoints, which must have been read **after** it: windows only grow, so none may count more than
 * they do. Where both are at the same offsets and watermarks, it must show exactly what they come to.
 */
export function auditWindows(
  file: DeclaredWindows,
  published: PublishedWindows,
  checkpoints: Checkpoints,
): readonly Difference[] {
  const { key } = published;
  if (published.kind === 'missing') return [];
  if (published.kind === 'damaged')
    return [{ code: 'file_damaged', key, message: `${key} can't be read: ${published.problem}` }];
  const states = [...checkpoints.values()].flatMap(({ counted }) => counted.state.windows ?? []);
  const until = finalUntil(states);
  const table = windowTable(file, states, until);
  const counted = new Map(table.map((window) => [window.startMs, window]));
  const pruned = Math.max(
    ...states.map(({ prunedUntil }) => (prunedUntil === null ? -Infinity : Date.parse(prunedUntil))),
  );
  const known = published.windows.filter(({ end }) => end > pruned);
  const isExact = isSame(published, checkpoints);
  const wrong = known.flatMap(({ start, counts }) =>
    file.values.flatMap((value, index) => {
      const [found, most] = [counts[value] ?? 0, counted.get(start)?.counts[index] ?? 0];
      if (isExact ? found === most : found <= most) return [];
      return [`${windowName(start)} ${value} ${found} instead of ${isExact ? '' : 'at most '}${most}`];
    }),
  );
  const found = new Set(published.windows.map(({ start }) => start));
  const missing = isExact ? shownWindows(table, until).filter(({ startMs }) => !found.has(startMs)) : [];
  const problems = [...wrong, ...missing.map(({ startMs }) => `${windowName(startMs)} is missing`)];
  if (problems.length === 0) return [];
  const shown = problems.slice(0, 5).join(', ');
  return [
    { code: 'counts_differ', key, message: `${key} does not count the tickets of its windows: ${shown}` },
  ];
}

function isSame(
  { endOffsets, watermarks }: Extract<PublishedWindows, { kind: 'read' }>,
  checkpoints: Checkpoints,
): boolean {
  if (endOffsets === undefined || watermarks === undefined || endOffsets.size !== checkpoints.size)
    return false;
  return [...checkpoints].every(([partition, { counted }]) => {
    const watermark = counted.state.windows?.watermark ?? null;
    const mark = watermark === null ? undefined : Date.parse(watermark);
    return endOffsets.get(partition) === counted.endOffset && watermarks.get(partition) === mark;
  });
}
