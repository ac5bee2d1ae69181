import { describe, expect, test } from 'vitest';
import type { CountedState } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, ManualClock } from '@client-tickets/micro-batch/testing';
import { emptyCounts, emptyWindows, type QueryState } from '@client-tickets/records';
import { createCountsPublisher } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import type { WindowedPartition } from '../src/verify/expected-windows.ts';
import { checkWindows, readSeenWindows } from '../src/verify/windows-check.ts';
import { TOPIC } from './support/history.ts';

const file = ticketQuery.windows ?? expect.fail('tickets are counted by the hour');
const NINE = '2026-11-26T09:00:00Z';
const NEXT_DAY = '2026-11-27T01:00:00.000Z';

/** A partition that has counted so many billing tickets at nine, and is done with that day. */
function counted(tickets: number): CountedState<QueryState> {
  const counts = file.values.map((_, kind) => (kind === 0 ? tickets : 0));
  const windows = { ...emptyWindows(600_000), watermark: NEXT_DAY, windows: { [NINE]: counts } };
  return { endOffset: 9n, storedOffset: 9n, state: { counts: emptyCounts(ticketQuery), windows } };
}

function asProven({ endOffset, state }: CountedState<QueryState>): WindowedPartition {
  const frontier = {
    endOffset,
    state,
    batchId: 0,
    totals: { rows: 0, deadLetters: 0, emptyOffsets: 0 },
    lastRecord: null,
    at: NEXT_DAY,
  };
  return { checkpoint: { counted: frontier, stored: frontier, gaps: [] }, rows: new Map() };
}

/** Two partitions have closed a day and published it; of these some were there when checkpoints were read. */
async function check(known: readonly number[], now: readonly number[], second = 4) {
  const results = createMemoryObjectStore('memory://results/');
  const states = new Map([
    [0, counted(3)],
    [1, counted(4)],
  ]);
  const read = () => Promise.resolve(states);
  const listPartitions = () => Promise.resolve([...states.keys()]);
  const publisher = createCountsPublisher({ query: ticketQuery, store: results, topic: TOPIC });
  const seen = await readSeenWindows(results, file);
  await publisher.publish({ read, refresh: read, listPartitions });
  const found = new Map([
    [0, counted(3)],
    [1, counted(second)],
  ]);
  const differences = await checkWindows({
    results,
    file,
    seen,
    partitions: new Map(
      [...found].filter(([each]) => known.includes(each)).map(([each, state]) => [each, asProven(state)]),
    ),
    topicPartitions: undefined,
    readPartitions: () => Promise.resolve(now),
    isIdle: () => Promise.resolve(false),
    clock: new ManualClock(),
    waitMs: 0,
  });
  return differences.filter(({ key }) => key?.includes('_final/') === true).map(({ code }) => code);
}

describe('a day that is over, where brokers are not asked for partitions,', () => {
  test('is held to all partitions that have a checkpoint', async () => {
    expect(await check([0, 1], [0, 1])).toEqual([]);
    expect(await check([0, 1], [0, 1], 5)).toEqual(['counts_differ']);
  });

  test('is not called wrong for what a partition has counted that began since', async () => {
    expect(await check([0], [0, 1])).toEqual([]);
  });

  test('is wrong where none has begun since', async () => {
    expect(await check([0], [0])).toEqual(['counts_differ']);
  });
});
