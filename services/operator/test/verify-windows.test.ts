import { emptyWindows, type QueryState, type WindowState } from '@client-tickets/records';
import type { PublishedWindows } from '@client-tickets/results';
import { describe, expect, test } from 'vitest';
import { ExaminedRows } from '../src/verify/examined-rows.ts';
import { auditWindows } from '../src/verify/windows-audit.ts';
import { WindowTally } from '../src/verify/window-tally.ts';

const HOUR = 3_600_000;
const NINE = Date.parse('2026-11-26T09:00:00Z');
const file = {
  name: 'ticket_counts_by_hour',
  column: 'type',
  countColumn: 'ticket_count',
  time: 'created_at',
  values: ['BILLING', 'GENERAL'],
  unit: 'hour',
  unitMs: HOUR,
} as const;
const AT_NINE = '2026-11-26T09:00:00Z';
const AT_TEN = '2026-11-26T10:00:00Z';

const stateOf = (windows: WindowState['windows'], more: Partial<WindowState> = {}): QueryState => ({
  counts: {},
  windows: { ...emptyWindows(600_000), windows, ...more },
});
/** A row of an hour, as it is examined: of the first kind. */
const rowIn = (hour: number, offset: bigint) => ({
  offset,
  counted: [],
  window: (hour / HOUR) * file.values.length,
  at: hour,
});
const late = { partition: 4, at: NINE, windowStart: NINE, windowEnd: NINE + HOUR, watermark: NINE + HOUR };

describe('the windows of a checkpoint', () => {
  const tally = new WindowTally(file);
  const rows = [rowIn(NINE, 0n), rowIn(NINE, 1n), rowIn(NINE + HOUR, 2n)];
  tally.add({ rows: ExaminedRows.of(rows), late: new Map([[1n, { ...late, offset: 1n }]]) });
  const told = (state: QueryState): readonly string[] =>
    tally.compare(4, state).map(({ message }) => message);

  test('count the rows that are dated in them and were not late', () => {
    expect(told(stateOf({ [AT_NINE]: [1, 0], [AT_TEN]: [1, 0] }, { late: 1 }))).toEqual([]);
  });

  test.each([
    [
      'more',
      stateOf({ [AT_NINE]: [2, 0], [AT_TEN]: [1, 0] }, { late: 1 }),
      `${AT_NINE} BILLING 2 instead of 1`,
    ],
    [
      'another kind',
      stateOf({ [AT_NINE]: [0, 1], [AT_TEN]: [1, 0] }, { late: 1 }),
      `${AT_NINE} GENERAL 1 instead of 0`,
    ],
    ['no window', stateOf({ [AT_TEN]: [1, 0] }, { late: 1 }), `${AT_NINE} BILLING 0 instead of 1`],
    ['other late ones', stateOf({ [AT_NINE]: [1, 0], [AT_TEN]: [1, 0] }), '0 late ones instead of 1'],
  ])('that have %s than that are named', (_, state, what) => {
    expect(told(state)).toEqual([expect.stringContaining(what)]);
  });

  test('may be gone once they are published for good', () => {
    expect(
      told(stateOf({ [AT_TEN]: [1, 0] }, { late: 1, prunedUntil: `${AT_TEN.slice(0, -1)}.000Z` })),
    ).toEqual([]);
  });
});

describe('the published windows', () => {
  const watermark = '2026-11-26T10:30:00.000Z';
  const counted = { endOffset: 5n, state: stateOf({ [AT_NINE]: [3, 1] }, { watermark }) };
  const checkpoints = new Map([[0, { counted }]]);
  const published = (billing: number, endOffset = 5n): Extract<PublishedWindows, { kind: 'read' }> => ({
    key: 'ticket_counts_by_hour/part-00000.json',
    kind: 'read',
    windows: [{ start: NINE, end: NINE + HOUR, isFinal: true, counts: { BILLING: billing, GENERAL: 1 } }],
    endOffsets: new Map([[0, endOffset]]),
    watermarks: new Map([[0, Date.parse(watermark)]]),
    late: 0,
  });
  const told = (found: PublishedWindows): readonly string[] =>
    auditWindows(file, found, checkpoints).map(({ message }) => message);

  test('are those of the checkpoints where both are at the same place', () => {
    expect(told(published(3))).toEqual([]);
    expect(told(published(2))).toEqual([expect.stringContaining(`${AT_NINE} BILLING 2 instead of 3`)]);
  });

  test('may be behind, and never count more', () => {
    expect(told(published(2, 4n))).toEqual([]);
    expect(told(published(4, 4n))).toEqual([
      expect.stringContaining(`${AT_NINE} BILLING 4 instead of at most 3`),
    ]);
  });

  test('that are missing where there should be some are named, and so is a file that cannot be read', () => {
    expect(told({ ...published(3), windows: [] })).toEqual([
      expect.stringContaining(`${AT_NINE} is missing`),
    ]);
    expect(told({ key: 'a', kind: 'damaged', problem: 'torn' })).toEqual(["a can't be read: torn"]);
  });
});
