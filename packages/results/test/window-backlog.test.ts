import { silentLogger, StreamingQuery, systemClock, type Rollover } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  MemoryLog,
  MemoryObjects,
} from '@client-tickets/micro-batch/testing';
import {
  by,
  defineQuery,
  defineRecord,
  oneOf,
  parseQueryState,
  timestamp,
  type Query,
  type WindowsFile,
} from '@client-tickets/records';
import {
  createCountsPublisher,
  createQueryHandler,
  listFinalDays,
  readFinalWindows,
  readPublishedWindows,
  RESULT_FORMATS,
  type ReadWindow,
} from '@client-tickets/results';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { topic } from './records.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-10-01T00:00:00Z');
const RUNS = Number(process.env['BACKLOG_RUNS'] ?? 6);

const record = defineRecord('ticket', { created_at: timestamp(), type: oneOf('BILLING', 'GENERAL') });
const QUERIES = {
  hour: defineQuery({
    table: 'tickets',
    record,
    derive: {},
    counts: { ticket_counts: by('type'), ticket_counts_by_hour: by('type').perHour('created_at') },
  }),
  minute: defineQuery({
    table: 'tickets',
    record,
    derive: {},
    counts: { ticket_counts: by('type'), ticket_counts_by_minute: by('type').perMinute('created_at') },
  }),
};
const fileOf = ({ windows }: Query): WindowsFile => windows ?? expect.fail('the query has windows');

interface Backlog {
  readonly log: MemoryLog;
  /** Of each window: billing and general tickets that are in time. */
  readonly expected: ReadonlyMap<number, readonly number[]>;
}

/** A ticket an hour and partition, in order but for some that come up to five hours late; without a delay, that decides. */
function backlogOf(seed: number, partitions: number, hours: number, unitMs = HOUR): Backlog {
  const random = createRandom(seed);
  const log = new MemoryLog(topic, partitions);
  const expected = new Map<number, number[]>();
  for (const partition of log.partitions) {
    let watermark = -Infinity;
    for (let hour = 0; hour < hours; hour += 1) {
      const arrived = START + hour * HOUR + random.below(HOUR);
      const at = arrived - (random.chance(0.2) ? random.below(5 * HOUR) : 0);
      const kind = random.below(2);
      const start = Math.floor(at / unitMs) * unitMs;
      const counts = expected.get(start) ?? [0, 0];
      if (start + unitMs > watermark) expected.set(start, counts.with(kind, (counts[kind] ?? 0) + 1));
      watermark = Math.max(watermark, at);
      const ticket = { created_at: new Date(at).toISOString(), type: ['BILLING', 'GENERAL'][kind] };
      log.append(partition, Buffer.from(JSON.stringify(ticket)), { timestamp: arrived });
    }
  }
  return { log, expected };
}

const EACH_BATCH: Rollover = { intervalMs: 0, bytes: 1_000_000_000, inactivityMs: HOUR };
const ONE_FILE: Rollover = { intervalMs: HOUR, bytes: 1_000_000_000, inactivityMs: HOUR };

/** Reads the whole backlog, without a pause between two batches. */
async function readBacklog(
  log: MemoryLog,
  rollover: Rollover,
  maxOffsetsPerTrigger: number,
  { checkpoints, results: objects } = { checkpoints: new MemoryObjects(), results: new MemoryObjects() },
  query: Query = QUERIES.hour,
) {
  const results = createMemoryObjectStore('memory://results/', objects);
  /** How many windows each version of a checkpoint holds. */
  const held: number[] = [];
  /** Where both frontiers are at the same place, what each has counted by windows. */
  const pairs: { readonly counted: unknown; readonly stored: unknown }[] = [];
  checkpoints.onWrite = (key) => {
    if (!key.includes('partition-')) return;
    const { counted, stored } = JSON.parse(checkpoints.text(key));
    const states = [counted, stored].map(({ state }) => parseQueryState(query, state).windows);
    held.push(Object.keys(states[0]?.windows ?? {}).length);
    if (counted.endOffset === stored.endOffset) pairs.push({ counted: states[0], stored: states[1] });
  };
  const publisher = createCountsPublisher({ query, store: results, topic });
  await StreamingQuery.start({
    name: 'backlog',
    source: log.createSource(),
    results,
    checkpoints: createMemoryObjectStore('memory://checkpoints/', checkpoints),
    handler: createQueryHandler(query, {
      formats: ['json'],
      watermarkDelayMs: 0,
      droppableUntil: () => publisher.droppableUntil(),
    }),
    publisher,
    trigger: { kind: 'availableNow' },
    startingOffsets: { kind: 'earliest' },
    maxOffsetsPerTrigger,
    rollover,
    clock: systemClock,
    logger: silentLogger,
    newId: randomUUID,
  }).finished;
  return { results, held, pairs };
}

const countsOf = ({ start, counts }: ReadWindow): readonly [number, readonly number[]] => [
  start,
  fileOf(QUERIES.hour).values.map((value) => counts[value] ?? 0),
];

test.each([
  ['each batch has files of its own', EACH_BATCH],
  ['there is one file', ONE_FILE],
])('in a backlog of ten days the state holds the hours of two, where %s', async (_, rollover) => {
  const days = 10;
  const { log } = backlogOf(1, 2, days * 24);
  const { held } = await readBacklog(log, rollover, 24);
  expect(held.length).toBeGreaterThan(days);
  // Two days, a batch that is filled ahead of the publication before it, and how far partitions may be apart.
  expect(Math.max(...held)).toBeLessThan(4 * 24);
});

test('of minutes the live file has no more than those of a day, and so has the state', async () => {
  const file = fileOf(QUERIES.minute);
  const { log } = backlogOf(1, 1, 10 * 24, file.unitMs);
  const { held, results } = await readBacklog(log, EACH_BATCH, 24, undefined, QUERIES.minute);
  // One ticket an hour: a day, a batch that is filled ahead of the publication before it, and what comes late.
  expect(Math.max(...held)).toBeLessThan(3 * 24);
  const published = await readPublishedWindows(results, file);
  expect(published.kind === 'read' && published.windows.length).toBeLessThanOrEqual(24);
});

test('a partition that is added later counts nothing for days that are published for good: it is late', async () => {
  const { log } = backlogOf(2, 1, 80);
  const stores = { checkpoints: new MemoryObjects(), results: new MemoryObjects() };
  const before = await readBacklog(log, EACH_BATCH, 10, stores);
  const days = await listFinalDays(before.results, fileOf(QUERIES.hour));
  const over = Date.parse(days.at(-1)?.date ?? '') + 24 * HOUR;
  log.addPartition();
  for (const at of [over - 1, over]) {
    const ticket = { created_at: new Date(at).toISOString(), type: 'BILLING' };
    log.append(1, Buffer.from(JSON.stringify(ticket)), { timestamp: over });
  }
  await readBacklog(log, EACH_BATCH, 10, stores);
  const checkpoint = stores.checkpoints.objects.get(`${topic}/partition-1.json`);
  const { counted } = JSON.parse(Buffer.from(checkpoint?.body ?? []).toString());
  expect(parseQueryState(QUERIES.hour, counted.state).windows).toMatchObject({
    late: 1,
    windows: { [`${new Date(over).toISOString().slice(0, 19)}Z`]: [1, 0] },
  });
});

test('every window is published once, whole, however much of the state was dropped meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(),
        partitions: fc.integer({ min: 1, max: 3 }),
        hours: fc.integer({ min: 60, max: 200 }),
        unit: fc.constantFrom('hour', 'minute'),
        rollover: fc.constantFrom(EACH_BATCH, ONE_FILE),
        most: fc.constantFrom(7, 50, 1_000),
      }),
      async ({ seed, partitions, hours, unit, rollover, most }) => {
        const file = fileOf(QUERIES[unit]);
        const { log, expected } = backlogOf(seed, partitions, hours, file.unitMs);
        const { results, pairs } = await readBacklog(log, rollover, most, undefined, QUERIES[unit]);
        for (const { counted, stored } of pairs) expect(stored).toEqual(counted);
        const days = await listFinalDays(results, file);
        const final = await Promise.all(
          RESULT_FORMATS.map(async (format) => {
            const read = days.map(({ keys }) => readFinalWindows(results, file, keys[format] ?? '', format));
            return (await Promise.all(read)).flatMap((windows) => windows ?? []);
          }),
        );
        expect(final[0]).toEqual(final[1]);
        const put = new Map(final[0]?.map(countsOf));
        expect(put.size).toBe(final[0]?.length);
        const published = await readPublishedWindows(results, file);
        const live = published.kind === 'read' ? published.windows.map(countsOf) : [];
        for (const [start, counts] of live) expect(put.get(start) ?? counts).toEqual(counts);
        expect(new Map([...put, ...live])).toEqual(new Map([...expected].sort(([a], [b]) => a - b)));
      },
    ),
    { numRuns: RUNS },
  );
});
