import { describe, expect, test } from 'vitest';
import { ticketQuery } from '@client-tickets/tickets';
import { optimizeDaily, type TableKeeper } from '../src/index.ts';
import { createBreakablePlace } from './breakable-place.ts';
import { topic } from './records.ts';
import { createTableWriter, frontierOf, ROWS, storeTickets } from './ranges.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A table to which two files can be added, and consumers that look at it every ten minutes. */
function createPlace() {
  const place = createBreakablePlace();
  const { objects, memory, results, clock, logger } = place;
  let end = 0n;
  return {
    ...place,
    merged: () => objects.keys(/merged/).length,
    commits: () => objects.keys(/_delta_log/).length,
    keep: (): TableKeeper =>
      optimizeDaily({ query: ticketQuery, hasExtra: false, topic, results, clock, logger }),
    addTwoFiles: async () => {
      const stored = [
        await storeTickets(objects, 0, end),
        await storeTickets(objects, 0, end + BigInt(ROWS)),
      ];
      end += 2n * BigInt(ROWS);
      await createTableWriter(memory).commit(new Map([[0, frontierOf(stored)]]));
    },
  };
}

const statusOf = (...partitions: readonly number[]) => ({
  partitions: partitions.map((partition) => ({ partition, storedOffset: 0n })),
});

describe('a consumer that optimizes daily', () => {
  test('merges small files, and does so again a day later, also after another consumer has', async () => {
    const place = createPlace();
    await place.addTwoFiles();
    const [first, second] = [place.keep(), place.keep()];
    first.listener.onStatus?.(statusOf(0, 1));
    await place.pass(10 * MINUTE_MS);
    expect(place.merged()).toBe(1);
    await place.addTwoFiles();
    first.listener.onStatus?.(statusOf(1));
    second.listener.onStatus?.(statusOf(0));
    await place.pass(DAY_MS - 20 * MINUTE_MS);
    await place.pass(9 * MINUTE_MS);
    expect(place.merged()).toBe(1);
    await place.pass(20 * MINUTE_MS);
    expect(place.merged()).toBe(2);
    await Promise.all([first, second].map((keeper) => keeper.close({ budgetMs: 1_000 })));
  });

  test('leaves it to the consumer that reads partition 0', async () => {
    const place = createPlace();
    await place.addTwoFiles();
    const keeper = place.keep();
    keeper.listener.onStatus?.(statusOf(1, 2));
    await place.pass(10 * MINUTE_MS);
    expect(place.merged()).toBe(0);
    await keeper.close({ budgetMs: 1_000 });
  });

  test('warns when it can not, and tries again', async () => {
    const place = createPlace();
    await place.addTwoFiles();
    place.break(true);
    const keeper = place.keep();
    keeper.listener.onStatus?.(statusOf(0));
    await place.pass(10 * MINUTE_MS);
    expect(place.warnings).toEqual(['small files of the table could not be merged']);
    expect(place.commits()).toBe(1);
    place.break(false);
    await place.pass(10 * MINUTE_MS);
    expect(place.commits()).toBe(2);
    await keeper.close({ budgetMs: 1_000 });
  });
});
