import { ManualClock } from '@client-tickets/micro-batch/testing';
import { expect, it } from 'vitest';
import { createWindowsView, type FoundWindows } from '../src/view/windows.ts';

const NINE = Date.parse('2026-11-26T09:00:00.000Z');
const table: FoundWindows = {
  name: 'ticket_counts_by_hour',
  column: 'type',
  per: 'hour',
  kinds: ['BILLING'],
  windows: [{ startMs: NINE, isFinal: true, counts: { BILLING: 3, ORDERS: 1 } }],
};
const force = { force: true };

it('shows kinds as they are declared, and behind them those that only the results have', async () => {
  const view = createWindowsView({
    clock: new ManualClock(),
    read: () => Promise.resolve([table]),
    late: () => 2,
  });
  expect(view.windows()).toBeUndefined();
  await view.refresh(force);
  const shown = view.windows();
  expect(shown?.tables[0]).toMatchObject({
    late: 2,
    kinds: ['BILLING', 'ORDERS'],
    windows: [{ counts: [3, 1] }],
  });
});

it('reads every two seconds at most, and keeps what it has while the store is away', async () => {
  const clock = new ManualClock();
  let reads = 0;
  const read = (): Promise<readonly FoundWindows[]> => {
    reads += 1;
    return reads === 1 ? Promise.resolve([table]) : Promise.reject(new Error('the store is away'));
  };
  const view = createWindowsView({ clock, read, late: () => null });
  await view.refresh({ force: false });
  await view.refresh({ force: false });
  expect(reads).toBe(1);
  clock.advance(2_000);
  await view.refresh({ force: false });
  expect([reads, view.windows()?.problem]).toEqual([2, 'the store is away']);
  expect(view.windows()?.tables).toHaveLength(1);
});
