import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ObjectStoreError,
  type CountedState,
  type CountedStates,
  type StoredObject,
} from '@client-tickets/micro-batch';
import { PRIORITIES, TICKET_TYPES, ticketQuery, type Ticket } from '@client-tickets/tickets';
import { createCountsPublisher } from '@client-tickets/results';
import { countRows, emptyCounts, mergeCounts, type Counts, type QueryState } from '@client-tickets/records';
import { createCountsStore, type Fate, type Pause, type SharedObjects } from './counts-store.ts';

const KEYS = [
  'ticket_counts/part-00000.json',
  'ticket_counts_by_team/part-00000.json',
  'ticket_counts_by_priority/part-00000.json',
];
const topic = 'client_tickets';
const WINDOWS = 'ticket_counts_by_hour/part-00000.json';

const createObjects = (): SharedObjects => ({ objects: new Map(), history: [] });

type States = Map<number, CountedState<QueryState>>;

/** States that one consumer knows all of. */
const known = (states: States): CountedStates<QueryState> => ({
  read: () => Promise.resolve(states),
  refresh: () => Promise.resolve(states),
  listPartitions: () => Promise.resolve([...states.keys()]),
});

const EMPTY = emptyCounts(ticketQuery);
const countTickets = (tickets: readonly Pick<Ticket, 'type' | 'priority'>[]): Counts =>
  countRows(
    ticketQuery,
    tickets.map((ticket) => ({
      ...ticket,
      support_team: ticketQuery.derive.support_team.values[ticket.type],
    })),
  );
const oneBilling = countTickets([{ type: 'BILLING', priority: 'HIGH' }]);
/** One record is counted that is not stored. */
const at = (endOffset: bigint, counts: Counts = EMPTY): CountedState<QueryState> => ({
  endOffset,
  storedOffset: endOffset - 1n,
  state: { counts },
});

function lines(object: StoredObject | undefined): unknown[] {
  return Buffer.from(object?.body ?? [])
    .toString()
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describe('the counts', () => {
  test('list every kind of ticket by name, and say what they count', async () => {
    const shared = createObjects();
    const publisher = createCountsPublisher({ query: ticketQuery, store: createCountsStore(shared), topic });
    await publisher.publish(
      known(
        new Map([
          [10, at(30n, oneBilling)],
          [2, at(50n, oneBilling)],
        ]),
      ),
    );

    const [byType, byTeam, byPriority] = KEYS.map((key) => shared.objects.get(key));
    expect(Buffer.from(byType?.body ?? []).toString()).toBe(
      '{"type":"ACCOUNT","ticket_count":0}\n{"type":"BILLING","ticket_count":2}\n' +
        '{"type":"GENERAL","ticket_count":0}\n{"type":"TECHNICAL","ticket_count":0}\n',
    );
    expect(lines(byTeam)).toEqual([
      { support_team: 'Account Management', ticket_count: 0 },
      { support_team: 'Billing Team', ticket_count: 2 },
      { support_team: 'General Support', ticket_count: 0 },
      { support_team: 'Tech Support', ticket_count: 0 },
    ]);
    expect(lines(byPriority)).toEqual(
      PRIORITIES.toSorted().map((priority) => ({ priority, ticket_count: priority === 'HIGH' ? 2 : 0 })),
    );
    expect(byType?.metadata).toEqual({
      topic,
      'end-offsets': '{"2":"50","10":"30"}',
      'stored-offsets': '{"2":"49","10":"29"}',
    });
  });

  test('are there after a first batch without tickets', async () => {
    const shared = createObjects();
    const publisher = createCountsPublisher({ query: ticketQuery, store: createCountsStore(shared), topic });
    await publisher.publish(known(new Map([[0, at(5n)]])));
    expect(shared.history.map(({ key }) => key).toSorted()).toEqual([...KEYS, WINDOWS].toSorted());
  });

  test('are not written again while no ticket comes', async () => {
    const shared = createObjects();
    const states: States = new Map([[0, at(1n, oneBilling)]]);
    const publisher = createCountsPublisher({ query: ticketQuery, store: createCountsStore(shared), topic });
    await publisher.publish(known(states));
    states.set(0, at(7n, oneBilling)); // six dead letters
    await publisher.publish(known(states));
    await createCountsPublisher({ query: ticketQuery, store: createCountsStore(shared), topic }).publish(
      known(states),
    );
    expect(shared.history).toHaveLength(KEYS.length + 1);
  });

  test('are not read again by the publisher that wrote them', async () => {
    const pauses: string[] = [];
    const pause: Pause = (label) => Promise.resolve(pauses.push(label));
    const states: States = new Map([[0, at(1n, oneBilling)]]);
    const publisher = createCountsPublisher({
      query: ticketQuery,
      store: createCountsStore(createObjects(), pause),
      topic,
    });
    await publisher.publish(known(states));
    pauses.length = 0;
    states.set(0, at(2n, mergeCounts(oneBilling, oneBilling)));
    await publisher.publish(known(states));
    expect(pauses).toEqual(KEYS.map((key) => `write ${key}`));
  });

  test('of more partitions than metadata can name are published without it', async () => {
    const shared = createObjects();
    const states: States = new Map(Array.from({ length: 300 }, (_, p) => [p, at(1n, oneBilling)]));
    await createCountsPublisher({ query: ticketQuery, store: createCountsStore(shared), topic }).publish(
      known(states),
    );
    expect(shared.objects.get('ticket_counts/part-00000.json')?.metadata).toEqual({ topic });

    states.set(7, at(2n, mergeCounts(oneBilling, oneBilling)));
    let refreshes = 0;
    await createCountsPublisher({ query: ticketQuery, store: createCountsStore(shared), topic }).publish({
      read: () => Promise.resolve(new Map([[7, at(2n, oneBilling)]])),
      refresh: () => Promise.resolve((refreshes++, states)),
      listPartitions: () => Promise.resolve([...states.keys()]),
    });
    expect(refreshes).toBe(1);
    expect(lines(shared.objects.get('ticket_counts/part-00000.json'))).toContainEqual({
      type: 'BILLING',
      ticket_count: 301,
    });
  });

  test('that count more than the checkpoints are refused', async () => {
    const shared = createObjects();
    const publish = (states: States) =>
      createCountsPublisher({ query: ticketQuery, store: createCountsStore(shared), topic }).publish(
        known(states),
      );
    await publish(new Map([[0, at(50n, oneBilling)]]));
    await expect(publish(new Map([[0, at(20n)]]))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/up to 0:50 .* up to 0:20/),
    });
    expect(shared.history).toHaveLength(KEYS.length + 1);
  });

  test('are given up for now when others are always first', async () => {
    const store = createCountsStore(createObjects());
    const publisher = createCountsPublisher({
      query: ticketQuery,
      store: { ...store, putIfAbsent: () => Promise.resolve(undefined) },
      topic,
    });
    await expect(publisher.publish(known(new Map([[0, at(1n)]])))).rejects.toMatchObject({
      name: 'ObjectStoreError',
      code: 'unavailable',
    });
  });
});

interface Kind {
  readonly type: (typeof TICKET_TYPES)[number];
  readonly priority: (typeof PRIORITIES)[number];
}

/** The records of a partition; `null` is a dead letter. */
const records = fc.array(
  fc.option<Kind>(
    fc.record({ type: fc.constantFrom(...TICKET_TYPES), priority: fc.constantFrom(...PRIORITIES) }),
    { freq: 2 },
  ),
  { minLength: 1, maxLength: 6 },
);
const fates = fc.array(fc.constantFrom<Fate>('answered', 'answer lost', 'request lost', 'late'), {
  maxLength: 20,
});

function stateAfter(log: readonly (Kind | null)[], offset: number): CountedState<QueryState> {
  return at(BigInt(offset), countTickets(log.slice(0, offset).filter((record) => record !== null)));
}

function countsIn({ body }: StoredObject): number[] {
  return [
    ...Buffer.from(body)
      .toString()
      .matchAll(/"ticket_count":(\d+)/g),
  ].map((match) => Number(match[1]));
}

function endOffsetsIn({ metadata }: StoredObject, partitions: number): number[] {
  const named = [...(metadata['end-offsets'] ?? '').matchAll(/"(\d+)":"(\d+)"/g)];
  const offsets = Array.from({ length: partitions }, () => 0);
  for (const [, partition, offset] of named) offsets[Number(partition)] = Number(offset);
  return offsets;
}

/** Commits one record more of each partition named in `turns`, and publishes after each. */
async function consume(
  logs: readonly (readonly (Kind | null)[])[],
  checkpoints: States,
  turns: readonly number[],
  publisher: ReturnType<typeof createCountsPublisher>,
  pause: Pause,
): Promise<void> {
  const own: States = new Map(); // as this consumer left them: others may have gone on since
  const readCheckpoint = async (partition: number, into: States): Promise<void> => {
    await pause(`checkpoint ${partition}`);
    const committed = checkpoints.get(partition);
    if (committed !== undefined) into.set(partition, committed);
  };
  const readAll = async (skip: States): Promise<States> => {
    const found: States = new Map(skip);
    const others = logs.map((_, partition) => partition).filter((partition) => !skip.has(partition));
    await Promise.all(others.map((partition) => readCheckpoint(partition, found)));
    return found;
  };
  const states = {
    read: () => readAll(new Map(own)),
    refresh: () => readAll(new Map()),
    listPartitions: () => Promise.resolve(logs.map((_, partition) => partition)),
  };

  for (const turn of turns) {
    const partition = turn % logs.length;
    const log = logs[partition] ?? [];
    await pause(`commit ${partition}`);
    const before = Number(checkpoints.get(partition)?.endOffset ?? 0n);
    const committed = stateAfter(log, Math.min(before + 1, log.length));
    checkpoints.set(partition, committed);
    own.set(partition, committed);
    await publishUntilAnswered(publisher, states);
  }
}

async function publishUntilAnswered(
  publisher: ReturnType<typeof createCountsPublisher>,
  states: CountedStates<QueryState>,
): Promise<void> {
  try {
    await publisher.publish(states);
  } catch (error) {
    if (!(error instanceof ObjectStoreError) || error.code !== 'unavailable') throw error;
    await publishUntilAnswered(publisher, states);
  }
}

describe('a reader of counts that several consumers publish at once', () => {
  test('never sees an offset or a count go back, and sees everything in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(records, { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 3 }),
        fates,
        async (scheduler, logs, turnsOfConsumers, fates) => {
          const shared = createObjects();
          const checkpoints: States = new Map();
          const ahead = [...fates];
          const pause: Pause = (label) => scheduler.schedule(Promise.resolve(), label);
          const consumers = turnsOfConsumers.map((turns) => {
            const store = createCountsStore(shared, pause, () => ahead.shift() ?? 'answered');
            const publisher = createCountsPublisher({ query: ticketQuery, store, topic });
            return consume(logs, checkpoints, turns, publisher, pause);
          });
          await scheduler.waitFor(Promise.all(consumers));
          await scheduler.waitIdle(); // what is late arrives

          for (const key of KEYS) {
            const versions = shared.history.filter((version) => version.key === key);
            const seen = versions.map(({ object }) => ({
              counts: countsIn(object),
              offsets: endOffsetsIn(object, logs.length),
            }));
            for (const [index, version] of seen.entries()) {
              const before = seen[index - 1] ?? version;
              expect(version.offsets.every((offset, p) => offset >= (before.offsets[p] ?? 0))).toBe(true);
              expect(version.counts.every((count, line) => count >= (before.counts[line] ?? 0))).toBe(true);
              const total = version.offsets.map(
                (offset, p) => (logs[p] ?? []).slice(0, offset).filter(Boolean).length,
              );
              expect(sum(version.counts)).toBe(sum(total));
            }
          }
          const merged = [...checkpoints.values()].map(({ state }) => state.counts).reduce(mergeCounts);
          const shown = KEYS.map((key) => lines(shared.objects.get(key)));
          expect(shown).toEqual([
            linesOf('type', merged['ticket_counts'] ?? {}),
            linesOf('support_team', merged['ticket_counts_by_team'] ?? {}),
            linesOf('priority', merged['ticket_counts_by_priority'] ?? {}),
          ]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function linesOf(column: string, counts: Readonly<Record<string, number>>): unknown[] {
  const kinds = Object.keys(counts).toSorted();
  return kinds.map((kind) => ({ [column]: kind, ticket_count: counts[kind] }));
}
