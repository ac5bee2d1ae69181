import { RecordBlock, type BatchHandler, type MicroBatch } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, ManualClock, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { createCheckpointStore } from '../../src/checkpoint/checkpoint-store.ts';
import { PartitionQuery, type PreparedBatch } from '../../src/trigger/partition-query.ts';
import { letterHandler, type LetterCounts } from '../support/letter-query.ts';

/** A partition that holds `letters` in chunks of two, and what its handler was asked for. */
async function openPartition(letters: string) {
  const handled: string[] = [];
  const released: string[] = [];
  const handler: BatchHandler<LetterCounts> = {
    ...letterHandler,
    handle: async (batch, state) => {
      const name = `${lettersOf(batch)} after ${JSON.stringify(state)}`;
      handled.push(name);
      if (lettersOf(batch).includes('#')) throw new Error('no letter');
      return { ...(await letterHandler.handle(batch, state)), release: () => released.push(name) };
    },
  };
  const results = createMemoryObjectStore('memory://results/', new MemoryObjects());
  const checkpoints = createCheckpointStore({
    store: createMemoryObjectStore('memory://checkpoints/', new MemoryObjects()),
    topic: 'letters',
    queryId: 'query',
    parseState: handler.parseState.bind(handler),
  });
  const open = (): Promise<PartitionQuery<LetterCounts>> =>
    PartitionQuery.open(
      {
        queryId: 'query',
        topic: 'letters',
        handler,
        checkpoints,
        results,
        clock: new ManualClock(),
        firstOffset: async () => 0n,
        seek: () => {},
      },
      0,
    );
  return {
    query: fill(await open(), letters),
    other: async () => fill(await open(), letters),
    handled,
    released,
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
    query.buffer.accept({
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

/** Plans and handles `[0, 2)`, handles `[2, 4)` ahead, and commits the first with a plan up to `next`. */
async function handleAhead(query: PartitionQuery<LetterCounts>, next: bigint): Promise<void> {
  await query.plan(2n, 0);
  const batch = await query.handle();
  query.handleAhead(batch, 4n);
  expect(await query.commit(await query.write(batch), { batchId: 1, endOffset: next })).toBe('done');
}

const rowsOf = ({ handled: { files } }: PreparedBatch<LetterCounts>): string =>
  Buffer.from(files[0]?.body ?? []).toString();

test('what was handled ahead is taken, and not handled again, when it is planned as it was', async () => {
  const { query, handled, released } = await openPartition('abcdef');
  await handleAhead(query, 4n);
  expect(rowsOf(await query.handle())).toBe('[{"offset":"2","letter":"c"},{"offset":"3","letter":"d"}]');
  expect(handled).toEqual(['ab after {}', 'cd after {"a":1,"b":1}']);
  expect(released).toEqual(['ab after {}']);
});

test('what was handled ahead is dropped, and its memory given back, when other offsets are planned', async () => {
  const { query, handled, released } = await openPartition('abcdef');
  await handleAhead(query, 3n);
  expect(rowsOf(await query.handle())).toBe('[{"offset":"2","letter":"c"}]');
  expect(handled).toEqual(['ab after {}', 'cd after {"a":1,"b":1}', 'c after {"a":1,"b":1}']);
  expect(released).toEqual(['ab after {}', 'cd after {"a":1,"b":1}']);
});

test('what was handled ahead is dropped when another consumer has committed another state before it', async () => {
  const { query, other, handled } = await openPartition('abcdef');
  await query.plan(2n, 0);
  const batch = await query.handle();
  query.handleAhead(batch, 4n);
  const faster = await other();
  await faster.recordGap({ startOffset: 1n, endOffset: 2n, reason: 'expired' });
  const written = await faster.write(await faster.handle());
  await faster.commit(written, { batchId: 1, endOffset: 4n });
  expect(await query.commit(await query.write(batch), { batchId: 1, endOffset: 4n })).toBe('lost');
  expect((await query.handle()).handled.state).toEqual({ a: 1, c: 1, d: 1 });
  expect(handled.at(-1)).toBe('cd after {"a":1}');
});

test('what was handled ahead is dropped when some of its records turn out to be lost', async () => {
  const { query, handled } = await openPartition('abcdef');
  await handleAhead(query, 4n);
  await query.recordGap({ startOffset: 2n, endOffset: 3n, reason: 'expired' });
  expect(rowsOf(await query.handle())).toBe('[{"offset":"3","letter":"d"}]');
  expect(handled.at(-1)).toBe('d after {"a":1,"b":1}');
});

test('a handler that fails ahead fails the batch when its turn comes, and not the one before it', async () => {
  const { query } = await openPartition('ab#d');
  await handleAhead(query, 4n);
  await expect(query.handle()).rejects.toMatchObject({ code: 'handler_failed' });
});
