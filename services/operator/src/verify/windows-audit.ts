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
  const ahead = whatIsAhead(published, checkpoints);
  if (ahead.length > 0) {
    const message = `${key} counts more than the checkpoint does (${ahead.join('; ')}): the checkpoint was set back`;
    return [{ code: 'counts_differ', key, message }];
  }
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
  const early = published.windows.filter(({ start, end, isFinal }) => {
    const closed = counted.get(start)?.isFinal ?? end <= (until ?? -Infinity);
    return isFinal && !closed;
  });
  const found = new Set(published.windows.map(({ start }) => start));
  const missing = isExact
    ? shownWindows(file, table, until).filter(({ startMs }) => !found.has(startMs))
    : [];
  const problems = [
    ...wrong,
    ...early.map(({ start }) => `${windowName(start)} is called final, and a partition has not closed it`),
    ...missing.map(({ startMs }) => `${windowName(startMs)} is missing`),
  ];
  if (problems.length === 0) return [];
  const shown = problems.slice(0, 5).join(', ');
  return [
    { code: 'counts_differ', key, message: `${key} does not count the tickets of its windows: ${shown}` },
  ];
}

function whatIsAhead(
  { endOffsets, watermarks }: Extract<PublishedWindows, { kind: 'read' }>,
  checkpoints: Checkpoints,
): readonly string[] {
  const offsets = [...(endOffsets ?? [])].flatMap(([partition, offset]) => {
    const counted = checkpoints.get(partition)?.counted.endOffset;
    if (counted !== undefined && offset <= counted) return [];
    return [`partition ${partition} up to offset ${offset}, counted is ${counted ?? 'nothing'}`];
  });
  const marks = [...(watermarks ?? [])].flatMap(([partition, mark]) => {
    const counted = checkpoints.get(partition)?.counted.state.windows?.watermark ?? null;
    if (counted !== null && mark <= Date.parse(counted)) return [];
    return [
      `partition ${partition} up to ${new Date(mark).toISOString()}, its watermark is ${counted ?? 'not there'}`,
    ];
  });
  return [...offsets, ...marks];
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
