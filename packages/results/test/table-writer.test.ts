import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredFiles } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  ManualClock,
  MemoryObjects,
  SimulatedHost,
  Simulation,
} from '@client-tickets/micro-batch/testing';
import type { TableWriter } from '../src/delta/table-writer.ts';
import { readTable, rowsKey } from '../src/index.ts';
import { actionsOf, createTableWriter, frontierOf, ROWS, storeTickets } from './ranges.ts';
import { topic } from './records.ts';

const RUNS = Number(process.env['TABLE_RUNS'] ?? 60);
const LOG = 'tickets/_delta_log/';

function storedKeys(objects: MemoryObjects): readonly string[] {
  return objects.keys(/^(?!tickets\/_delta_log\/)/);
}

/** Writers that are told of files, crash and are cut off, while the engine stores more. */
async function simulate(scenario: {
  readonly seed: number;
  readonly writers: number;
  readonly ranges: number;
  readonly crash: number;
  readonly error: number;
}): Promise<void> {
  const random = createRandom(scenario.seed);
  const simulation = new Simulation(random, new ManualClock());
  const objects = new MemoryObjects();
  const ends = new Map<number, bigint>();
  /** What was stored while an owner was told of it. */
  const told = new Map<number, StoredFiles[]>();
  let busy = 0;
  const start = () => {
    const host = new SimulatedHost(simulation, { crash: scenario.crash, error: scenario.error });
    const writer = createTableWriter(host.connect(createMemoryObjectStore('memory://results/', objects)));
    return { host, commit: (all: Parameters<TableWriter['commit']>[0]) => writer.commit(all) };
  };
  const writers = Array.from({ length: scenario.writers }, start);
  for (let stored = 0; stored < scenario.ranges; stored += 1) {
    const partition = random.below(3);
    const range = await storeTickets(objects, partition, ends.get(partition) ?? 0n, random.chance(0.9));
    ends.set(partition, range.endOffset);
    told.set(partition, [...(random.chance(0.9) ? (told.get(partition) ?? []) : []), range].slice(-4));
    const index = random.below(writers.length);
    if (writers[index]?.host.state === 'crashed') writers[index] = start();
    busy += 1;
    const frontiers = new Map([[partition, frontierOf(told.get(partition) ?? [])]]);
    writers[index]
      ?.commit(frontiers)
      .catch(() => undefined)
      .finally(() => (busy -= 1));
    for (let steps = random.below(20); steps > 0; steps -= 1) await simulation.step();
  }
  for (let steps = 0; steps < 500; steps += 1) await simulation.step(); // late ones arrive

  const results = createMemoryObjectStore('memory://results/', objects);
  await createTableWriter(results).commit(new Map([...ends].map(([p, end]) => [p, frontierOf([], end)])));
  const table = await readTable(results, { table: 'tickets', topic });
  expect([...(table?.files.keys() ?? [])].sort()).toEqual(storedKeys(objects));
  expect(table?.addedAgain ?? []).toEqual([]);
  if (table === undefined) return;
  for (const [partition, end] of table.ends) expect(end).toBe(ends.get(partition));
  for (let version = 0; version <= table.version; version += 1) {
    const kinds = actionsOf(objects, version).flatMap(Object.keys);
    expect(kinds.filter((kind) => kind === 'metaData')).toHaveLength(version === 0 ? 1 : 0);
    for (const { add } of actionsOf(objects, version))
      if (add !== undefined) expect(JSON.parse(Object(add).stats)).toMatchObject({ numRecords: ROWS });
  }
}

describe('a table that several write at once', () => {
  test('holds each stored file once, in versions without holes, however requests and writers end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          writers: fc.integer({ min: 1, max: 4 }),
          ranges: fc.integer({ min: 0, max: 25 }),
          crash: fc.constantFrom(0, 0.02, 0.1),
          error: fc.constantFrom(0, 0.1, 0.4),
        }),
        simulate,
      ),
      { numRuns: RUNS },
    );
  });
});

describe('a commit', () => {
  const objects = new MemoryObjects();
  const results = createMemoryObjectStore('memory://results/', objects);

  test('of a round names the table once, how far each partition is, and each file', async () => {
    const writer = createTableWriter(results);
    const zero = frontierOf([await storeTickets(objects, 0, 0n), await storeTickets(objects, 0, 3n)]);
    const one = frontierOf([await storeTickets(objects, 1, 2n ** 62n)]);
    expect(await writer.commit(new Map([[0, zero], [1, one]]))).toBe(3); // prettier-ignore
    const actions = actionsOf(objects, 0);
    expect(actions.flatMap(Object.keys)).toEqual([
      'commitInfo',
      'protocol',
      'metaData',
      'txn',
      'txn',
      'add',
      'add',
      'add',
    ]);
    expect(actions[1]).toEqual({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } });
    expect(actions[5]).toMatchObject({
      add: {
        path: 'partition=0/00000000000000000000-00000000000000000002.parquet',
        partitionValues: {},
        size: zero.recent[0]?.files[0]?.size,
        dataChange: true,
      },
    });
    const text = objects.text(`${LOG}00000000000000000000.json`);
    expect(text).toContain(`"appId":"client-tickets/${topic}/partition-1","version":${2n ** 62n + 3n}`);
    expect(text).toContain(
      String.raw`\"maxValues\":{\"kafka_partition\":1,\"kafka_offset\":${2n ** 62n + 2n}}`,
    );
  });

  test('that was made before is not made again', async () => {
    const again = new Map([
      [0, frontierOf([await storeTickets(objects, 0, 0n), await storeTickets(objects, 0, 3n)])],
    ]);
    expect(await createTableWriter(results).commit(again)).toBe(0);
    expect(objects.objects.has(`${LOG}00000000000000000001.json`)).toBe(false);
  });

  test('of a file whose offsets are not all rows gives no bounds of offsets, that maxima may be answered from them', async () => {
    const gaps = { ...(await storeTickets(objects, 0, 6n)), rows: 2 };
    await createTableWriter(results).commit(new Map([[0, frontierOf([gaps])]]));
    const stats = Object(actionsOf(objects, 1).at(-1)?.['add']).stats;
    expect(JSON.parse(stats)).toMatchObject({
      numRecords: 2,
      minValues: { kafka_partition: 0 },
      maxValues: { kafka_partition: 0 },
    });
    expect(stats).not.toContain('kafka_offset":6');
  });
});

describe('a log', () => {
  async function begin() {
    const objects = new MemoryObjects();
    const writer = createTableWriter(createMemoryObjectStore('memory://results/', objects));
    await writer.commit(new Map([[0, frontierOf([await storeTickets(objects, 0, 0n)])]]));
    await writer.commit(new Map([[0, frontierOf([await storeTickets(objects, 0, 3n)])]]));
    return { objects, writer, results: createMemoryObjectStore('memory://results/', objects) };
  }

  test('that is deleted under a writer is written again from the files', async () => {
    const { objects, writer, results } = await begin();
    objects.remove(/_delta_log/);
    await writer.commit(new Map([[0, frontierOf([await storeTickets(objects, 0, 6n)])]]));
    const table = await readTable(results, { table: 'tickets', topic });
    expect(table?.version).toBe(0);
    expect([...(table?.files.keys() ?? [])]).toEqual(storedKeys(objects));
  });

  test('that another program has upgraded is not written to, and its version and what to do are named', async () => {
    const { objects, writer } = await begin();
    const upgrade = { protocol: { minReaderVersion: 3, minWriterVersion: 7 } };
    objects.write(`${LOG}00000000000000000002.json`, JSON.stringify(upgrade));
    const commit = writer.commit(new Map([[0, frontierOf([await storeTickets(objects, 0, 6n)])]]));
    await expect(commit).rejects.toThrow('needs 7: another program has upgraded it');
    expect(objects.objects.has(`${LOG}00000000000000000003.json`)).toBe(false);
  });

  test('of another program is refused, and what to do about it is said', async () => {
    const { objects, results } = await begin();
    const strange = JSON.stringify({ commitInfo: { operation: 'WRITE' } });
    for (const version of [0, 1])
      objects.write(`${LOG}${String(version).padStart(20, '0')}.json`, Buffer.from(strange));
    const commit = createTableWriter(results).commit(new Map([[0, frontierOf([], 6n)]]));
    await expect(commit).rejects.toThrow('Delete that folder');
  });

  test('goes on after a commit of another program, such as a vacuum', async () => {
    const { objects, writer, results } = await begin();
    const strange = JSON.stringify({ commitInfo: { operation: 'VACUUM END' } });
    objects.write(`${LOG}00000000000000000002.json`, Buffer.from(strange));
    for (const [each, start] of [
      [writer, 6n],
      [createTableWriter(results), 9n],
    ] as const)
      // prettier-ignore
      await each.commit(new Map([[0, frontierOf([await storeTickets(objects, 0, start)])]]));
    const table = await readTable(results, { table: 'tickets', topic });
    expect(table?.version).toBe(4);
    expect([...(table?.files.keys() ?? [])]).toEqual(storedKeys(objects));
  });

  test('of more files than a commit takes is made good in several', async () => {
    const objects = new MemoryObjects();
    const [same = { key: '' }] = (await storeTickets(objects, 0, 0n)).files;
    for (let startOffset = 3n; startOffset < 3_600n; startOffset += 3n) {
      const range = { partition: 0, startOffset, endOffset: startOffset + 3n };
      objects.write(rowsKey('tickets', 'parquet', range), objects.bytes(same.key));
    }
    const results = createMemoryObjectStore('memory://results/', objects);
    expect(await createTableWriter(results).commit(new Map([[0, frontierOf([], 3_600n)]]))).toBe(1_200);
    const table = await readTable(results, { table: 'tickets', topic });
    expect(table?.version).toBe(1);
    expect([...(table?.files.keys() ?? [])]).toEqual(storedKeys(objects));
  });
});

describe('a file that only the store knows', () => {
  async function commitListed(bytes: Uint8Array): Promise<unknown> {
    const objects = new MemoryObjects();
    const { files } = await storeTickets(objects, 0, 0n);
    objects.write(files[0]?.key ?? '', bytes);
    const results = createMemoryObjectStore('memory://results/', objects);
    await createTableWriter(results).commit(new Map([[0, frontierOf([], 3n)]]));
    return actionsOf(objects, 0).at(-1)?.['add'];
  }

  test.for([
    ['too large to be read for its footer', new Uint8Array(8 * 1024 * 1024 + 1)],
    ['damaged', Buffer.from('no Parquet')],
  ] as const)('is in the table without statistics when it is %s', async ([, bytes]) => {
    const add = await commitListed(bytes);
    expect(add).toMatchObject({ size: bytes.length });
    expect(add).not.toHaveProperty('stats');
  });
});
