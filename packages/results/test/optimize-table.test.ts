import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ObjectStore, StoredFiles } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  createRandom,
  ManualClock,
  MemoryObjects,
  SimulatedHost,
  Simulation,
} from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import {
  findVacuumable,
  optimizeTable,
  parseRangeKey,
  readTable,
  RowColumns,
  type StoredRow,
  readRows,
} from '../src/index.ts';
import { parseMergedKey } from '../src/layout/result-keys.ts';
import { topic } from './records.ts';
import { actionsOf, createTableWriter, frontierOf, ROWS, storeTickets } from './ranges.ts';

const RUNS = Number(process.env['TABLE_RUNS'] ?? 60);
const HOUR_MS = 3_600_000;
const LOG = 'tickets/_delta_log/';
const MIB = 1024 * 1024;

function optimize(results: ObjectStore, more: Partial<Parameters<typeof optimizeTable>[0]> = {}) {
  const clock = new ManualClock();
  return optimizeTable({
    query: ticketQuery,
    hasExtra: false,
    topic,
    results,
    clock,
    targetBytes: MIB,
    ...more,
  });
}

function placeOf(key: string) {
  const place = parseRangeKey('tickets', key) ?? parseMergedKey('tickets', key);
  if (place === undefined) throw new Error(`${key} is no file of rows`);
  return place;
}

async function rowsOf(objects: MemoryObjects, key: string): Promise<readonly StoredRow[]> {
  const body = objects.bytes(key);
  return readRows('parquet', new RowColumns(ticketQuery), body, placeOf(key).range);
}

/** A table of so many ranges in each of two partitions. */
async function begin(ranges: number) {
  const objects = new MemoryObjects();
  const results = createMemoryObjectStore('memory://results/', objects);
  const writer = createTableWriter(results);
  const store = async (from: number, to: number): Promise<void> => {
    for (const partition of [0, 1]) {
      const stored: StoredFiles[] = [];
      for (let range = from; range < to; range += 1)
        stored.push(await storeTickets(objects, partition, BigInt(range * ROWS)));
      await writer.commit(new Map([[partition, frontierOf(stored)]]));
    }
  };
  await store(0, ranges);
  const table = async () => {
    const found = await readTable(results, { table: 'tickets', topic });
    if (found === undefined) throw new Error('there is no table');
    return found;
  };
  return { objects, results, store, table, files: async () => [...(await table()).files.keys()].sort() };
}

describe('optimize', () => {
  test('puts the rows of each partition into one file, in order, and says in the log that no row has changed', async () => {
    const { objects, results, files } = await begin(4);
    const before = await files();
    const rows = await Promise.all(before.map((key) => rowsOf(objects, key)));
    const report = await optimize(results);
    expect(report).toMatchObject({ removed: { files: 8 }, added: { files: 2 }, problems: [] });
    const after = await files();
    expect(after.map((key) => placeOf(key).range)).toEqual([
      { startOffset: 0n, endOffset: 12n },
      { startOffset: 0n, endOffset: 12n },
    ]);
    expect((await Promise.all(after.map((key) => rowsOf(objects, key)))).flat()).toEqual(rows.flat());
    const actions = actionsOf(objects, 2);
    expect(actions.map((action) => Object.keys(action)[0])).toEqual(
      ['commitInfo', 'txn', 'txn', 'remove', 'remove', 'remove', 'remove', 'add'], // prettier-ignore
    );
    expect(actions[0]).toMatchObject({ commitInfo: { operation: 'OPTIMIZE', isBlindAppend: false } });
    expect(actions[3]).toMatchObject({
      remove: { dataChange: false, path: before[0]?.slice('tickets/'.length) },
    });
    expect(actions[7]).toMatchObject({
      add: { dataChange: false, path: after[0]?.slice('tickets/'.length) },
    });
    expect(JSON.parse(Object(actions[7]?.['add']).stats)).toMatchObject({
      numRecords: 12,
      minValues: { kafka_partition: 0, kafka_offset: 0 },
      maxValues: { kafka_partition: 0, kafka_offset: 11 },
    });
    for (const key of before) expect(objects.objects.has(key)).toBe(true);
  });

  test('does nothing where there is nothing to merge, and goes on from merged files where there is', async () => {
    const { objects, results, store, files } = await begin(3);
    await optimize(results);
    const once = [...objects.objects.keys()];
    expect(await optimize(results)).toMatchObject({ removed: { files: 0 }, added: { files: 0 } });
    expect([...objects.objects.keys()]).toEqual(once);
    await store(3, 5);
    await optimize(results);
    expect((await files()).map((key) => placeOf(key).range.endOffset)).toEqual([15n, 15n]);
  });

  test('leaves files of half the target size as they are', async () => {
    const { objects, results, table, files } = await begin(5);
    const sizes = (await files()).map((key) => objects.bytes(key).length);
    await optimize(results, { targetBytes: 2 * Math.max(...sizes) + 2 });
    // Two by two, and the last one is without a neighbour.
    expect((await files()).map((key) => placeOf(key).range.endOffset)).toEqual([6n, 12n, 6n, 12n, 15n, 15n]);
    const before = await table();
    await optimize(results, { targetBytes: Math.min(...before.files.values()) });
    expect(await table()).toEqual(before);
  });

  test('names a file that cannot be read, leaves it and its neighbours alone, and merges the others', async () => {
    const { objects, results, files } = await begin(3);
    const [first = ''] = await files();
    const { body } = objects.objects.get(first) ?? { body: new Uint8Array() };
    objects.write(
      first,
      body.map((byte, at) => (at === body.length - 20 ? byte ^ 0xff : byte)),
      {},
    );
    const { problems, added } = await optimize(results);
    expect(problems).toEqual([expect.stringContaining(first)]);
    expect(added.files).toBe(1);
    expect(await files()).toHaveLength(4);
  });

  test('gives a merge up when another process has merged one of its files meanwhile', async () => {
    const { results, files } = await begin(3);
    let others = 0;
    const { problems } = await optimize(results, {
      onProgress: (read) => {
        if (read === 3) others = 1;
      },
      results: {
        ...results,
        putIfAbsent: async (...args) => {
          if (others === 1) {
            others = 2;
            await optimize(results, { clock: new ManualClock() });
          }
          return results.putIfAbsent(...args);
        },
      },
    });
    expect(problems[0]).toContain('another process has merged');
    expect(await files()).toHaveLength(2);
  });

  test('goes on with a log that was deleted and written again meanwhile, without a hole among its versions', async () => {
    const { objects, results, files } = await begin(3);
    let isLost = false;
    await optimize({
      ...results,
      get: async (...args) => {
        if (!isLost && args[0].startsWith('tickets/partition=')) {
          isLost = true;
          objects.remove(/_delta_log/);
          const frontiers = [0, 1].map((partition) => [partition, frontierOf([], 9n)] as const);
          await createTableWriter(results).commit(new Map(frontiers));
        }
        return results.get(...args);
      },
    });
    expect(await files()).toHaveLength(2);
  });

  test('leaves a table alone that another program has raised to rules which are not kept here', async () => {
    const { objects, results, files } = await begin(3);
    const before = await files();
    const upgrade = { protocol: { minReaderVersion: 3, minWriterVersion: 7 } };
    objects.write(`${LOG}${'2'.padStart(20, '0')}.json`, JSON.stringify(upgrade));
    await expect(optimize(results)).rejects.toThrow('needs 7');
    expect(await files()).toEqual(before);
  });

  test('gives a merge up that took so long that vacuum may take its file for one that was left behind', async () => {
    const { results, files } = await begin(3);
    const clock = new ManualClock();
    const { problems } = await optimize(results, { clock, onProgress: () => clock.advance(HOUR_MS) });
    expect(problems).toHaveLength(2);
    expect(await files()).toHaveLength(6);
  });
});

describe('vacuum', () => {
  const find = (results: ObjectStore, now: number, retainMs = HOUR_MS) =>
    findVacuumable({ results, table: 'tickets', topic, now, retainMs });
  const start = new ManualClock().now();

  test('takes small files for needless once they were merged for as long as is to be retained, and no others', async () => {
    const { results, store, files } = await begin(3);
    const small = await files();
    await optimize(results);
    await store(3, 4);
    expect(await find(results, start + HOUR_MS - 1)).toEqual([]);
    const found = await find(results, start + HOUR_MS);
    expect(found?.map(({ key }) => key).sort()).toEqual(small);
    await expect(find(results, start, HOUR_MS - 1)).rejects.toThrow('expected to retain');
  });

  test('waits for as long when only the merged file says when that was', async () => {
    const { objects, results, files } = await begin(3);
    const small = await files();
    await optimize(results);
    objects.remove(/_delta_log/);
    const clock = new ManualClock();
    clock.advance(HOUR_MS);
    await createTableWriter(results, clock).commit(new Map([[0, frontierOf([], 9n)], [1, frontierOf([], 9n)]])); // prettier-ignore
    expect(await find(results, clock.now() + HOUR_MS - 1)).toEqual([]);
    expect((await find(results, clock.now() + HOUR_MS))?.map(({ key }) => key).sort()).toEqual(small);
  });

  test('takes a merged file that the table does not name for one that was left behind, and needs the one it names', async () => {
    const { objects, results, files } = await begin(3);
    const small = await files();
    await optimize(results);
    const [merged = ''] = await files();
    const left = merged.replace(/\.\d+\.parquet$/, `.${String(start + 5).padStart(13, '0')}.parquet`);
    objects.write(left, objects.bytes(merged));
    const found = await find(results, start + HOUR_MS + 5);
    expect(found?.find(({ key }) => key === left)).toMatchObject({ isLeftBehind: true });
    objects.objects.delete(merged);
    const keys = (await find(results, start + HOUR_MS + 5))?.map(({ key }) => key) ?? [];
    expect(keys.filter((key) => key.startsWith('tickets/partition=0/'))).toEqual([]);
    expect(keys).toEqual(expect.arrayContaining(small.slice(3)));
  });
});

/** Each version names each row once, and those after `since`, which may be read still, by files that are there. */
async function checkVersions(objects: MemoryObjects, since: number): Promise<void> {
  const files = new Map<string, { readonly size: number; readonly rows: number }>();
  for (
    let version = 0;
    objects.objects.has(`${LOG}${String(version).padStart(20, '0')}.json`);
    version += 1
  ) {
    const before = rowsIn(files);
    let about: Record<string, unknown> = {};
    for (const { add, remove, commitInfo } of actionsOf(objects, version)) {
      if (commitInfo !== undefined) about = Object(commitInfo);
      if (remove !== undefined) expect(files.delete(`tickets/${Object(remove).path}`)).toBe(true);
      if (add === undefined) continue;
      const { path, size, stats } = Object(add);
      files.set(`tickets/${path}`, { size, rows: JSON.parse(stats).numRecords });
    }
    if (about['operation'] === 'OPTIMIZE') expect(rowsIn(files)).toBe(before);
    expectDisjoint([...files.keys()]);
    if (Number(about['timestamp']) < since) continue;
    for (const [key, { size }] of files)
      expect([key, objects.objects.get(key)?.body.length]).toEqual([key, size]);
  }
}

function rowsIn(files: ReadonlyMap<string, { readonly rows: number }>): number {
  return [...files.values()].reduce((sum, { rows }) => sum + rows, 0);
}

function expectDisjoint(keys: readonly string[]): void {
  const places = keys.map(placeOf).sort((a, b) => {
    return a.partition - b.partition || Number(a.range.startOffset - b.range.startOffset);
  });
  for (const [at, { partition, range }] of places.entries()) {
    const next = places[at + 1];
    if (next?.partition === partition) expect(next.range.startOffset).toBeGreaterThanOrEqual(range.endOffset);
  }
}

async function vacuum(options: Parameters<typeof findVacuumable>[0]): Promise<void> {
  for (const { key } of (await findVacuumable(options)) ?? []) await options.results.delete(key);
}

interface Scenario {
  readonly seed: number;
  readonly ranges: number;
  readonly crash: number;
  readonly error: number;
  /** How likely the log is lost at the end of a round. */
  readonly loss: number;
}

const LAST_ROUND = 3;

/** Writers, optimizers and vacuum at once, with faults; hours pass between rounds, and the log may be lost at the end of each. */
async function simulate({ seed, ranges, crash, error, loss }: Scenario): Promise<void> {
  const random = createRandom(seed);
  const clock = new ManualClock();
  const simulation = new Simulation(random, clock);
  const objects = new MemoryObjects();
  const results = createMemoryObjectStore('memory://results/', objects);
  const ends = new Map<number, bigint>();
  const stored: bigint[][] = [[], []];
  const connect = (): ObjectStore => new SimulatedHost(simulation, { crash, error }).connect(results);
  const frontiers = () => new Map([...ends].map(([partition, end]) => [partition, frontierOf([], end)]));
  const background = (work: Promise<unknown>): void => void work.catch(() => undefined);

  for (let round = 0; round <= LAST_ROUND; round += 1) {
    for (let range = 0; range < ranges; range += 1) {
      const partition = random.below(2);
      const { startOffset, endOffset, rows } = await storeTickets(
        objects,
        partition,
        ends.get(partition) ?? 0n,
        random.chance(0.9),
      );
      if (rows > 0)
        for (let offset = startOffset; offset < endOffset; offset += 1n) stored[partition]?.push(offset);
      ends.set(partition, endOffset);
      const dice = random.next();
      if (dice < 0.5) background(createTableWriter(connect(), clock).commit(frontiers()));
      else if (dice < 0.8)
        background(optimize(connect(), { clock, targetBytes: random.pick([20_000, MIB]) ?? MIB }));
      else {
        const store = connect();
        const options = { results: store, table: 'tickets', topic, now: clock.now(), retainMs: HOUR_MS };
        background(vacuum(options));
      }
      for (let steps = random.below(25); steps > 0; steps -= 1) await simulation.step();
    }
    for (let steps = 0; steps < 600; steps += 1) await simulation.step(); // late ones arrive
    await checkVersions(objects, clock.now() - HOUR_MS);
    if (random.chance(round === LAST_ROUND ? 1 : loss)) {
      objects.remove(/_delta_log/);
    }
    await createTableWriter(results, clock).commit(frontiers());
    const table = await readTable(results, { table: 'tickets', topic });
    expect(table?.addedAgain ?? []).toEqual([]);
    const rows = await Promise.all([...(table?.files.keys() ?? [])].map((key) => rowsOf(objects, key)));
    const offsets: bigint[][] = [[], []];
    for (const { partition, offset } of rows.flat()) offsets[partition]?.push(offset);
    const ascending = (some: bigint[]): bigint[] => some.sort((a, b) => (a < b ? -1 : 1));
    expect(offsets.map(ascending)).toEqual(stored);
    clock.advance(2 * HOUR_MS);
  }
}

test('however requests and processes end, each version that may be read has each row once, and so has a log that is written again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer(),
        ranges: fc.integer({ min: 0, max: 12 }),
        crash: fc.constantFrom(0, 0.02, 0.1),
        error: fc.constantFrom(0, 0.1, 0.4),
        loss: fc.constantFrom(0, 0.3),
      }),
      simulate,
    ),
    { numRuns: RUNS },
  );
});
