import { expect, test } from 'vitest';
import type { WindowStatus } from '@client-tickets/records';
import { showEventTime } from '../src/status/event-time-line.ts';
import type { PartitionState } from '../src/status/read-status.ts';

const at = (time: string): number => Date.parse(`2026-11-26T${time}:00Z`);

/** A partition of which nothing but event time is known. */
function partition(partition: number, windows: Partial<WindowStatus> | undefined): PartitionState {
  const totals = { rows: 0, deadLetters: 0, emptyOffsets: 0 };
  const none = { firstOffset: 0n, countedOffset: 0n, storedOffset: 0n, openSince: null, gaps: [] };
  const unknown = { lastBatch: undefined, planned: null, log: undefined, lag: undefined };
  return {
    partition,
    totals,
    ...none,
    ...unknown,
    windows: windows && { watermark: undefined, openWindows: 0, late: 0, forced: 0, ...windows },
  };
}

const show = (partitions: readonly PartitionState[], withoutBatch: readonly number[] = []): string =>
  showEventTime({ partitions, withoutBatch }, { unit: 'hour', record: 'ticket', table: 'tickets' });

const ahead = partition(0, { watermark: at('12:10'), openWindows: 1, late: 3 });
const behind = partition(1, { watermark: at('09:50'), openWindows: 3, late: 9 });

test('what is final is what the partition that is furthest behind has closed, and what is late is summed up', () => {
  expect(show([ahead, behind])).toBe(
    'hours that end by 2026-11-26T09:50:00.000Z are final, up to 3 hours open in a partition, 12 tickets late',
  );
});

test('nothing is final while a partition has no watermark, or no batch', () => {
  const said = 'no hour is final yet, up to 3 hours open in a partition, 12 tickets late';
  expect(show([ahead, behind, partition(2, {})])).toBe(said);
  expect(show([ahead, behind, partition(2, undefined)])).toBe(said);
  expect(show([ahead, behind], [2])).toBe(said);
});

test('hours that were closed early are told, and why', () => {
  expect(show([partition(0, { watermark: at('09:50'), openWindows: 1_000, late: 1, forced: 1 })])).toBe(
    'hours that end by 2026-11-26T09:50:00.000Z are final, up to 1,000 hours open in a partition, 1 ticket late; ' +
      '1 hour closed early, as more than 1,000 were open in a partition',
  );
});
