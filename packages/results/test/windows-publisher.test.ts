import type { CountedState, CountedStates } from '@client-tickets/micro-batch';
import type { QueryState, WindowState } from '@client-tickets/records';
import { createCountsPublisher, readPublishedWindows, type PublishedWindows } from '@client-tickets/results';
import { describe, expect, test } from 'vitest';
import { createCountsStore, type SharedObjects } from './counts-store.ts';
import { hourlyQuery as query } from './hourly-query.ts';

const topic = 'client_tickets';
const KEY = 'ticket_counts_by_hour/part-00000.json';

type Counted = CountedState<QueryState>;

/** A partition that has counted these billing tickets by hour of 26 November. */
function partition(
  endOffset: bigint,
  watermark: string | null,
  hours: Readonly<Record<string, number>>,
  more: Partial<WindowState> = {},
): Counted {
  const total = Object.values(hours).reduce((sum, count) => sum + count, 0);
  const windows = Object.fromEntries(
    Object.entries(hours).map(([hour, count]) => [`2026-11-26T${hour}:00:00Z`, [count, 0]]),
  );
  const state = {
    counts: { ticket_counts: { BILLING: total, GENERAL: 0 } },
    windows: { delayMs: 600_000, watermark, late: 0, forced: 0, prunedUntil: null, windows, ...more },
  };
  return { endOffset, storedOffset: endOffset, state };
}

function statesOf(
  known: ReadonlyMap<number, Counted>,
  latest = known,
  partitions = 2,
): CountedStates<QueryState> {
  return {
    read: () => Promise.resolve(known),
    refresh: () => Promise.resolve(latest),
    listPartitions: () => Promise.resolve(Array.from({ length: partitions }, (_, index) => index)),
  };
}

const at = (hour: number): string => `2026-11-26T${String(hour).padStart(2, '0')}:30:00.000Z`;

function setUp() {
  const shared: SharedObjects = { objects: new Map(), history: [] };
  const store = createCountsStore(shared);
  const windows = query.windows ?? expect.fail('the query has windows');
  return {
    shared,
    publisher: () => createCountsPublisher({ query, store, topic }),
    read: async (): Promise<Extract<PublishedWindows, { kind: 'read' }>> => {
      const found = await readPublishedWindows(store, windows);
      return found.kind === 'read' ? found : expect.fail(found.kind);
    },
  };
}

const finals = ({ windows }: { readonly windows: readonly { readonly isFinal: boolean }[] }) =>
  windows.map(({ isFinal }) => isFinal);

describe('published windows', () => {
  test('say how far they count, where the watermarks are, and how many were late', async () => {
    const { publisher, read } = setUp();
    const states = new Map([
      [0, partition(5n, at(11), { '09': 3, 11: 1 }, { late: 2 })],
      [1, partition(7n, at(10), { '09': 1 }, { late: 1 })],
    ]);
    await publisher().publish(statesOf(states));
    const found = await read();
    expect(finals(found)).toEqual([true, false]);
    expect(found.windows[0]?.counts).toEqual({ BILLING: 4, GENERAL: 0 });
    expect(found.late).toBe(3);
    expect(found.endOffsets).toEqual(
      new Map([
        [0, 5n],
        [1, 7n],
      ]),
    );
    expect(found.watermarks).toEqual(
      new Map([
        [0, Date.parse(at(11))],
        [1, Date.parse(at(10))],
      ]),
    );
  });

  test('are left as they are while more follows, unlike counts, and are there with the next publication of all', async () => {
    const { publisher, shared } = setUp();
    const one = publisher();
    const keys = (): readonly string[] => shared.history.splice(0).map(({ key }) => key);
    const states = (end: bigint, count: number) =>
      statesOf(new Map([[0, partition(end, at(11), { '09': count })]]));
    await one.publish(states(3n, 3), { moreFollows: true });
    expect(keys()).not.toContain(KEY);
    await one.publish(states(4n, 4), { moreFollows: false });
    expect(keys()).toContain(KEY);
  });

  test('are not final while a partition of the topic has no checkpoint', async () => {
    const { publisher, read } = setUp();
    const states = new Map([[0, partition(5n, at(11), { '09': 3 })]]);
    await publisher().publish(statesOf(states, states, 2));
    expect(finals(await read())).toEqual([false]);
    await publisher().publish(statesOf(states, states, 1));
    expect(finals(await read())).toEqual([true]);
  });

  test('do not go back when a consumer knows the same offsets and an older watermark', async () => {
    const { publisher, read, shared } = setUp();
    const busy = partition(5n, at(12), { '09': 3 });
    const before = new Map([
      [0, busy],
      [1, partition(7n, at(9), { '09': 1 })],
    ]);
    // Nothing has come for partition 1, and it has followed the other one.
    const after = new Map([
      [0, busy],
      [1, partition(7n, at(12), { '09': 1 })],
    ]);
    await publisher().publish(statesOf(before));
    await publisher().publish(statesOf(after));
    expect(finals(await read())).toEqual([true]);
    await publisher().publish(statesOf(before, after));
    expect(finals(await read())).toEqual([true]);
    expect(shared.history.filter(({ key }) => key === KEY)).toHaveLength(2);
    await expect(publisher().publish(statesOf(before, before))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('watermarks') as unknown,
    });
  });

  test('of a day that is over are put for good', async () => {
    const { publisher, shared } = setUp();
    const nextDay = '2026-11-27T00:00:00.000Z';
    const states = new Map([0, 1].map((index) => [index, partition(5n, nextDay, { '09': 3 })] as const));
    await publisher().publish(statesOf(states));
    const final = [...shared.objects.keys()].filter((key) => key.startsWith('ticket_counts_by_hour_final/'));
    expect(final.map((key) => key.split('/')[1])).toEqual(['date=2026-11-26', 'date=2026-11-26']);
  });

  test('of a day that is over wait for a partition that was just added', async () => {
    const { publisher, shared } = setUp();
    const nextDay = '2026-11-27T00:00:00.000Z';
    const states = new Map([0, 1].map((index) => [index, partition(5n, nextDay, { '09': 3 })] as const));
    const asked: (string | undefined)[] = [];
    const listed = (isAdded: boolean): CountedStates<QueryState> => ({
      ...statesOf(states),
      listPartitions: (when) => {
        asked.push(when);
        return Promise.resolve(when === 'now' && isAdded ? [0, 1, 2] : [0, 1]);
      },
    });
    const days = (): number =>
      [...shared.objects.keys()].filter((key) => key.startsWith('ticket_counts_by_hour_final/')).length;
    const one = publisher();
    await one.publish(listed(true));
    expect(days()).toBe(0);
    await one.publish(listed(false));
    expect(days()).toBe(2);
    asked.length = 0;
    await one.publish(listed(false));
    expect(asked).toEqual([undefined]); // it is not asked for again once the day is there
  });
});
