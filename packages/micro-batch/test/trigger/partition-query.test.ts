import { RecordBlock, type BatchHandler, type MicroBatch } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, ManualClock, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { createCheckpointStore } from '../../src/checkpoint/checkpoint-store.ts';
import { PartitionQuery } from '../../src/trigger/partition-query.ts';
import { EVERY_BATCH, type Rollover } from '../../src/trigger/rollover.ts';
import { letterHandler, type LetterCounts } from '../support/letter-query.ts';

/** A partition that holds `letters` in chunks of two, and what its handler was asked for. */
async function openPartition(letters: string, rollover: Rollover = EVERY_BATCH) {
  const added: string[] = [];
  const handler: BatchHandler<LetterCounts> = {
    ...letterHandler,
    openFiles: (start) => {
      const files = letterHandler.openFiles(start);
      const add = files.add.bind(files);
      return Object.assign(files, {
        add: async (...[batch, state]: Parameters<typeof add>) => {
          added.push(`${lettersOf(batch)} into ${start.startOffset}`);
          if (lettersOf(batch).includes('#')) throw new Error('no letter');
          return add(batch, state);
        },
      });
    },
  };
  const objects = new MemoryObjects();
  const results = createMemoryObjectStore('memory://results/', objects);
  const checkpoints = createCheckpointStore({
    store: createMemoryObjectStore('memory://checkpoints/', new MemoryObjects()),
    topic: 'letters',
    queryId: 'query',
    parseState: handler.parseState.bind(handler),
  });
  const clock = new ManualClock();
  const open = (): Promise<PartitionQuery<LetterCounts>> =>
    PartitionQuery.open(
      {
        queryId: 'query',
        topic: 'letters',
        handler,
        checkpoints,
        results,
        clock,
        rollover,
        firstOffset: async () => 0n,
        seek: () => {},
      },
      0,
    );
  return {
    clock,
    query: fill(await open(), letters),
    other: async () => fill(await open(), letters),
    added,
    rows: () =>
      [...objects.objects].map(([key, { body }]) => `${key.slice(-41)}: ${Buffer.from(body).toString()}`),
  };
}

function fill(query: PartitionQuery<LetterCounts>, letters: string): PartitionQuery<LetterCounts> {
  for (let start = 0; start < letters.length; start += 2) {
    const records = letters
      .slice(start, start + 2)
      .split('')
      .map((letter, index) => ({
        offset: BigInt(start + index),
        timestamp: 0,
        key: null,
        value: Buffer.from(letter),
      }));
    const [startOffset, endOffset] = [BigInt(start), BigInt(start + records.length)];
    query.accept({
      partition: 0,
      startOffset,
      endOffset,
      records: RecordBlock.of(records),
      bytes: 100,
    });
  }
  return query;
}

const lettersOf = ({ records }: MicroBatch): string =>
  [...records].map(({ value }) => (value === null ? '' : Buffer.from(value).toString())).join('');

const never = (): boolean => false;
const HOURS: Rollover = { intervalMs: 3_600_000, bytes: 1_000_000, inactivityMs: 3_600_000 };

/** Files of `[from, to)`, all rows. */
const file = (from: number, letters: string): string => {
  const name = [from, from + letters.length - 1].map((offset) => String(offset).padStart(20, '0')).join('-');
  const rows = letters.split('').map((letter, index) => ({ offset: String(from + index), letter }));
  return `${name}: ${JSON.stringify(rows)}`;
};

/** Counts `[0, 2)`, makes its files while `[2, 4)` is filled ahead, and stores them. */
async function fillAhead(query: PartitionQuery<LetterCounts>): Promise<void> {
  query.fill(2n);
  expect((await query.count(0, never))?.outcome).toBe('done');
  const writing = query.write();
  query.fill(4n);
  await writing;
  expect((await query.store({ batchId: 1, mustEnd: never })).outcome).toBe('done');
}

test('what was filled ahead goes into the next files, and is counted and planned by the swap that stores the ones before', async () => {
  const { query, added, rows } = await openPartition('abcdef');
  await fillAhead(query);
  expect(query.checkpoint).toMatchObject({
    stored: { endOffset: 2n, state: { a: 1, b: 1 } },
    counted: { batchId: 1, endOffset: 4n, state: { a: 1, b: 1, c: 1, d: 1 } },
    planned: { startOffset: 2n, endOffset: 4n },
  });
  expect(query.takeCountedAhead()).toMatchObject({ batchId: 1, rows: 2 });
  await query.write();
  expect((await query.store()).outcome).toBe('done');
  expect(added).toEqual(['ab into 0', 'cd into 2']);
  expect(rows()).toEqual([file(0, 'ab'), file(2, 'cd')]);
});

test('what is filled between a plan and its files goes into the next ones', async () => {
  const { query, added, rows } = await openPartition('abcd');
  query.fill(2n);
  await query.count(0, never);
  query.fill(4n);
  await query.write();
  await query.store();
  expect(added).toEqual(['ab into 0', 'cd into 2']);
  expect(rows()).toEqual([file(0, 'ab')]);
});

test('batches of files that are not due are counted by one swap each, and one file holds them', async () => {
  const { query, rows, clock } = await openPartition('abcdef', HOURS);
  for (const [batchId, end] of [2n, 4n, 6n].entries()) {
    query.fill(end);
    await query.count(batchId, never);
  }
  expect(query.checkpoint).toMatchObject({
    stored: { endOffset: 0n },
    counted: { endOffset: 6n },
    planned: null,
  });
  expect(await query.count(3, never)).toBeUndefined(); // nothing to do
  clock.advance(3_600_000);
  await query.count(3, never);
  await query.write();
  await query.store();
  expect(query.checkpoint).toMatchObject({ stored: { endOffset: 6n }, openSince: null, planned: null });
  expect(rows()).toEqual([file(0, 'abcdef')]);
});

test('a batch that is filled ahead into the same files puts their plan off until it is counted', async () => {
  const { query } = await openPartition('abcdef', HOURS);
  query.fill(2n);
  await query.count(0, never, () => query.fill(4n));
  query.fill(6n);
  await query.count(1, () => true);
  expect(query.checkpoint).toMatchObject({ counted: { endOffset: 4n }, planned: null });
  await query.count(2, () => true);
  expect(query.checkpoint.planned).toMatchObject({ startOffset: 0n, endOffset: 6n });
});

test('a consumer that takes over fills what is counted again, in pieces of its own, and counts none of it', async () => {
  const { query, other, rows } = await openPartition('abcdef', HOURS);
  query.fill(2n);
  await query.count(0, never);
  query.fill(4n);
  await query.count(1, never);
  const next = await other();
  expect(next.isWhole).toBe(false);
  await next.refill(1);
  expect(next.isWhole).toBe(true);
  next.fill(6n);
  await next.count(2, () => true);
  await next.write();
  await next.store();
  expect(next.checkpoint.stored.state).toEqual({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 });
  expect(next.checkpoint.counted).toMatchObject({ batchId: 2, state: next.checkpoint.stored.state });
  expect(rows()).toEqual([file(0, 'abcdef')]);
});

test('a consumer that was overtaken drops what it has filled, and makes none of it visible', async () => {
  const { query, other, rows } = await openPartition('abcdef', HOURS);
  query.fill(2n);
  await query.count(0, never);
  const faster = await other();
  await faster.refill(100);
  faster.fill(4n);
  await faster.count(1, never);
  query.fill(6n);
  expect((await query.count(1, () => true))?.outcome).toBe('lost');
  expect(query.checkpoint.counted.endOffset).toBe(4n);
  expect(query.isWhole).toBe(false);
  expect(rows()).toEqual([]);
});

test('files have no records that turned out to be lost, and the state that is stored does not count them', async () => {
  const { query, other } = await openPartition('abcdef', HOURS);
  query.fill(4n);
  await query.count(0, never);
  const next = await other();
  await next.recordGap({ startOffset: 1n, endOffset: 2n, reason: 'expired' });
  await next.refill(1);
  await next.count(1, () => true);
  await next.write();
  await next.store();
  expect(next.checkpoint).toMatchObject({
    stored: { endOffset: 4n, state: { a: 1, c: 1, d: 1 }, totals: { rows: 3, emptyOffsets: 0 } },
    counted: { state: { a: 1, b: 1, c: 1, d: 1 }, totals: { rows: 4 } },
    gaps: [{ isCounted: true }],
  });
});

test('a handler that fails ahead fails the batch when its turn comes, and not the one before it', async () => {
  const { query } = await openPartition('ab#d');
  await fillAhead(query);
  expect(query.checkpoint).toMatchObject({ stored: { endOffset: 2n }, counted: { endOffset: 2n } });
  await expect(query.count(1, never)).rejects.toMatchObject({ code: 'handler_failed' });
});

test('a partition that is given up between making files visible and storing them leaves that to its next owner', async () => {
  const { query, other, rows } = await openPartition('ab');
  query.fill(2n);
  await query.count(0, never);
  await query.write();
  query.close();
  expect(await query.store()).toEqual({ outcome: 'lost', files: undefined });
  const next = await other();
  await next.refill(100);
  await next.write();
  expect((await next.store()).outcome).toBe('done');
  expect(next.checkpoint.stored.state).toEqual({ a: 1, b: 1 });
  expect(rows()).toEqual([file(0, 'ab')]);
});
