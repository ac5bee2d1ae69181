import { createCheckpointStore } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  ManualClock,
  MemoryLog,
  MemoryObjects,
} from '@client-tickets/micro-batch/testing';
import { expect, test } from 'vitest';
import { newPartitionCheckpoint } from '../../src/checkpoint/partition-checkpoint.ts';
import { countedStates } from '../../src/query/counted-states.ts';
import { KnownPartitions } from '../../src/query/known-partitions.ts';

function setUp() {
  const clock = new ManualClock();
  const log = new MemoryLog('letters', 1);
  const source = log.createSource();
  let asked = 0;
  const listPartitions = (): Promise<readonly number[]> => {
    asked += 1;
    return source.listPartitions();
  };
  const partitions = new KnownPartitions({ ...source, listPartitions }, clock);
  return { clock, log, partitions, asked: () => asked };
}

test('an answer serves for a second, and not for those who ask for this moment', async () => {
  const { clock, log, partitions, asked } = setUp();
  expect(await partitions.list({ mayBeOld: true })).toEqual([0]);
  log.addPartition();
  clock.advance(999);
  expect(await partitions.list({ mayBeOld: true })).toEqual([0]);
  expect(asked()).toBe(1);
  clock.advance(1);
  expect(await partitions.list({ mayBeOld: true })).toEqual([0, 1]);
  log.addPartition();
  expect(await partitions.list({ mayBeOld: false })).toEqual([0, 1, 2]);
  expect(asked()).toBe(3);
});

test('an answer that did not come is asked for again', async () => {
  const { clock, log } = setUp();
  let isThere = false;
  const listPartitions = (): Promise<readonly number[]> =>
    isThere ? Promise.resolve(log.partitions) : Promise.reject(new Error('no broker answered'));
  const partitions = new KnownPartitions({ ...log.createSource(), listPartitions }, clock);
  await expect(partitions.list({ mayBeOld: true })).rejects.toThrow(/no broker answered/);
  isThere = true;
  expect(await partitions.list({ mayBeOld: true })).toEqual([0]);
});

test('what a partition has counted that was just added is missed by a read, and found by a refresh', async () => {
  const { log, partitions } = setUp();
  const checkpoints = createCheckpointStore({
    store: createMemoryObjectStore('memory://checkpoints/', new MemoryObjects()),
    topic: 'letters',
    queryId: 'q',
    parseState: Number,
  });
  const counted = async (partition: number): Promise<void> => {
    const fresh = {
      query: 'q',
      partition,
      firstOffset: 0n,
      state: partition,
      at: '2026-01-01T00:00:00.000Z',
    };
    await checkpoints.swap(newPartitionCheckpoint(fresh), undefined);
  };
  await counted(0);
  const states = countedStates(checkpoints, [], partitions);
  expect([...(await states.read()).keys()]).toEqual([0]);
  log.addPartition();
  await counted(1);
  expect([...(await states.read()).keys()]).toEqual([0]);
  expect(await states.listPartitions()).toEqual([0]);
  expect([...(await states.refresh()).keys()]).toEqual([0, 1]);
  expect(await states.listPartitions()).toEqual([0, 1]);
  log.addPartition();
  expect(await states.listPartitions('now')).toEqual([0, 1, 2]);
});
