import { MOST_OPEN_WINDOWS } from '@client-tickets/records';
import { showCount, showNumber } from '../cli/output.ts';
import type { Status } from './read-status.ts';

/** `hours that end by 2026-11-26T09:50:00.000Z are final, up to 3 hours open in a partition, 12 tickets late`. */
export function showEventTime(
  { partitions, withoutBatch }: Pick<Status, 'partitions' | 'withoutBatch'>,
  { unit, record, table }: { readonly unit: string; readonly record: string; readonly table: string },
): string {
  const known = partitions.flatMap(({ windows }) => windows ?? []);
  const open = Math.max(0, ...known.map(({ openWindows }) => openWindows));
  const marks = partitions.map(({ windows }) => windows?.watermark ?? -Infinity);
  const until = withoutBatch.length > 0 ? -Infinity : Math.min(...marks);
  const late = known.reduce((sum, each) => sum + each.late, 0);
  const forced = known.reduce((sum, each) => sum + each.forced, 0);
  const final =
    until === -Infinity ? `no ${unit} is final yet` : `${unit}s that end by ${showTime(until)} are final`;
  const early =
    forced === 0
      ? ''
      : `; ${showCount(forced, unit)} closed early, as more than ${showNumber(MOST_OPEN_WINDOWS)} were open in a partition`;
  return `${final}, up to ${showCount(open, unit)} open in a partition, ${showCount(late, record, table)} late${early}`;
}

export function showTime(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString();
}
