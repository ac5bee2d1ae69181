import { describe, expect, it } from 'vitest';
import { latestWindows, type FoundWindow } from '../src/view/window-columns.ts';

const HOUR = 3_600_000;
const NINE = Date.parse('2026-11-26T09:00:00.000Z');
const KINDS = ['BILLING', 'GENERAL'];
const NOW = NINE + 1_000 * HOUR;
const found = (hour: number, isFinal: boolean, counts: FoundWindow['counts'] = { BILLING: 1 }) => ({
  startMs: NINE + hour * HOUR,
  isFinal,
  counts,
});

describe('the latest windows', () => {
  it('are in order, with a count for each kind', () => {
    const windows = latestWindows(
      [found(1, false, { GENERAL: 7 }), found(0, true, { BILLING: 3, GENERAL: 1 })],
      KINDS,
      'hour',
      NOW,
    );
    expect(windows).toEqual([
      { start: '2026-11-26T09:00:00.000Z', end: '2026-11-26T10:00:00.000Z', isFinal: true, counts: [3, 1] },
      { start: '2026-11-26T10:00:00.000Z', end: '2026-11-26T11:00:00.000Z', isFinal: false, counts: [0, 7] },
    ]);
  });

  it('have no gap: one in which nothing fell is final when a later one is', () => {
    const windows = latestWindows([found(0, true), found(2, true), found(4, false)], KINDS, 'hour', NOW);
    expect(windows.map(({ isFinal }) => isFinal)).toEqual([true, true, true, false, false]);
    expect(windows[1]?.counts).toEqual([0, 0]);
  });

  it.each([
    ['minute', 60],
    ['hour', 24],
    ['day', 30],
  ] as const)('per %s are at most %i', (per, most) => {
    const size = { minute: HOUR / 60, hour: HOUR, day: 24 * HOUR }[per];
    const far = [0, 1_000].map((index) => ({
      startMs: index * size,
      isFinal: false,
      counts: { BILLING: index },
    }));
    const windows = latestWindows(far, KINDS, per, NOW);
    expect(windows).toHaveLength(most);
    expect(windows.at(-1)?.counts).toEqual([1_000, 0]);
  });

  it('end with the one that has begun, whatever is dated ahead of it; where all are, with the last', () => {
    const end = { ...found(0, false), startMs: Date.parse('9999-12-31T23:00:00.000Z') };
    const windows = latestWindows([found(0, true), found(1, false), end], KINDS, 'hour', NINE + 1.5 * HOUR);
    expect(windows.map(({ start }) => start)).toEqual([
      '2026-11-26T09:00:00.000Z',
      '2026-11-26T10:00:00.000Z',
    ]);
    expect(latestWindows([end], KINDS, 'hour', NOW)).toMatchObject([{ end: '9999-12-31T23:59:59.000Z' }]);
  });

  it('are none where there is none', () => {
    expect(latestWindows([], KINDS, 'hour', NOW)).toEqual([]);
  });
});
