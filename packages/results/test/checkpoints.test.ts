import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '@client-tickets/micro-batch';
import {
  createMemoryObjectStore,
  interceptStore,
  ManualClock,
  MemoryObjects,
} from '@client-tickets/micro-batch/testing';
import { toAction, type Action } from '../src/delta/actions.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../src/delta/checkpoint-file.ts';
import { CheckpointLog } from '../src/delta/checkpoint-log.ts';
import { logRetention, removalRetention } from '../src/delta/retention.ts';
import { readTable, readTableVersions } from '../src/index.ts';
import { rowsKey } from '../src/layout/result-keys.ts';
import { topic } from './records.ts';
import { openTable, simulateTable, storeTickets } from './simulated-table.ts';

const RUNS = Number(process.env['TABLE_RUNS'] ?? 20);
const LOG = 'tickets/_delta_log/';
const LAST = `${LOG}_last_checkpoint`;
const TABLE = { table: 'tickets', topic };
const DAY_MS = 86_400_000;

const digits = (version: number): string => String(version).padStart(20, '0');
const nameOf = (version: number): string => LOG + digits(version);
/** As the names of its versions begin. */
const hundred = (nth: number): string => LOG + String(nth).padStart(18, '0');

/** Each of its fields that is missing is `null` in a file. */
function filled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) return value.map(filled);
  const fields = Object.entries(value).map(([name, each]) => [name, filled(each)] as const);
  return Object.fromEntries(fields.filter(([, each]) => each !== undefined));
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const pairs = fc.dictionary(text, fc.option(text));
const whole = fc.maxSafeNat();
const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    fc.record({ protocol: fc.record({ minReaderVersion: fc.nat(7), minWriterVersion: fc.nat(7) }) }),
    fc.record({
      metaData: fc.record({
        id: text,
        name: fc.option(text),
        format: fc.record({ provider: text, options: pairs }),
        schemaString: text,
        partitionColumns: fc.array(text),
        configuration: pairs,
        createdTime: fc.option(whole),
      }),
    }),
    fc.record({ txn: fc.record({ appId: text, version: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) }) }),
    fc.record({
      add: fc.record({
        path: text,
        partitionValues: pairs,
        size: whole,
        modificationTime: whole,
        stats: fc.option(text),
        tags: fc.option(pairs),
      }),
    }),
    fc.record({
      remove: fc.record({ path: text, deletionTimestamp: fc.option(whole), size: fc.option(whole) }),
    }),
  ),
  { maxLength: 40 },
);

describe('the file of a checkpoint', () => {
  test('holds actions as they were, whatever texts and numbers they have', async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (written) => {
        const { body, size } = await encodeCheckpoint(written);
        expect(size).toBe(written.length);
        const read: Action[] = [];
        for await (const action of decodeCheckpoint(body)) read.push(action);
        expect(read.map(filled)).toEqual(written.map((action) => filled(toAction(action))));
      }),
      { numRuns: 40 },
    );
  });
});

/** Versions of one file each, whose rows are not looked at. */
async function writeVersions(
  place: { readonly clock: ManualClock; readonly results: ObjectStore },
  from: number,
  to: number,
  checkpointEvery = 100,
): Promise<void> {
  const { writer, settled } = openTable(place.results, { clock: place.clock, checkpointEvery });
  const at = '2026-11-22T09:30:00.000Z';
  for (let version = from; version < to; version += 1) {
    const range = { startOffset: BigInt(version), endOffset: BigInt(version + 1) };
    const key = rowsKey('tickets', 'parquet', { partition: 0, ...range });
    await place.results.put(key, Buffer.from('rows'));
    const files = [{ key, size: 4 }];
    const stored = { ...range, files, rows: 1, deadLetters: 0, plannedAt: at, storedAt: at };
    await writer.commit(new Map([[0, { endOffset: range.endOffset, recent: [stored] }]]));
    await settled();
  }
}

function createPlace() {
  const objects = new MemoryObjects();
  const requests: string[] = [];
  const results = interceptStore(createMemoryObjectStore('memory://results/', objects), ({ key }, send) => {
    requests.push(key);
    return send();
  });
  const logged = () => objects.keys(/_delta_log/).map((key) => key.slice(LOG.length));
  return { objects, results, requests, logged, clock: new ManualClock() };
}

/** The same objects, for a reader that finds no checkpoint. */
function withoutCheckpoints(objects: MemoryObjects): ObjectStore {
  const others = objects.copy();
  others.objects.delete(LAST);
  return createMemoryObjectStore('memory://results/', others);
}

describe('a log with checkpoints', () => {
  test('says at every moment what its commits say, however requests and writers end', async () => {
    let checkpoints = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          writers: fc.integer({ min: 1, max: 4 }),
          ranges: fc.integer({ min: 0, max: 25 }),
          crash: fc.constantFrom(0, 0.02, 0.1),
          error: fc.constantFrom(0, 0.1, 0.4),
        }),
        (scenario) =>
          simulateTable(scenario, async (objects) => {
            const results = createMemoryObjectStore('memory://results/', objects);
            expect(await readTable(results, TABLE)).toEqual(
              await readTable(withoutCheckpoints(objects), TABLE),
            );
            checkpoints += objects.objects.has(LAST) ? 1 : 0;
          }),
      ),
      { numRuns: RUNS },
    );
    expect(checkpoints).toBeGreaterThan(0);
  });

  test('is opened and written to without a look at what came before the newest', async () => {
    const place = createPlace();
    await writeVersions(place, 0, 251);
    place.requests.length = 0;
    expect((await readTable(place.results, TABLE))?.files.size).toBe(251);
    expect(await readTableVersions(place.results, TABLE)).toEqual({
      newest: 250,
      count: 50,
      unreadable: undefined,
    });
    await writeVersions(place, 251, 252);
    expect((await readTable(place.results, TABLE))?.version).toBe(251);
    const older = place.requests.filter((key) => key.startsWith(LOG) && key < hundred(2));
    expect(older).toEqual([]);
  });

  test('names the newest checkpoint, also when an older one comes later', async () => {
    const place = createPlace();
    const checkpoints = new CheckpointLog(place.results, 'tickets');
    const file = { body: new Uint8Array(7), size: 8 };
    for (const version of [3, 4, 3]) await checkpoints.announce(version, file, 5);
    const { body } = place.objects.objects.get(LAST) ?? { body: new Uint8Array() };
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({
      version: 4,
      size: 8,
      sizeInBytes: 7,
      numOfAddFiles: 5,
    });
  });

  test('gets them less often the more files it names, so that each commit costs the same', async () => {
    const place = createPlace();
    await writeVersions(place, 0, 5);
    const { checkpoints } = openTable(place.results, { clock: place.clock });
    const other = new CheckpointLog(place.results, 'tickets');
    await other.announce(1, { body: new Uint8Array(7), size: 201 }, 200);
    await checkpoints.write(3);
    expect(place.logged()).not.toContain(`${digits(3)}.checkpoint.parquet`);
    await checkpoints.write(4);
    expect(place.logged()).toContain(`${digits(4)}.checkpoint.parquet`);
  });

  test('keeps offsets that no number holds, in commits and in checkpoints', async () => {
    const place = createPlace();
    const { writer, checkpoints } = openTable(place.results);
    const stored = await storeTickets(place.objects, 0, 2n ** 62n, 3);
    await writer.commit(new Map([[0, { endOffset: stored.endOffset, recent: [stored] }]]));
    const ends = new Map([[0, 2n ** 62n + 3n]]);
    expect((await readTable(place.results, TABLE))?.ends).toEqual(ends);
    await checkpoints.write(0);
    expect(place.logged()).toContain('_last_checkpoint');
    expect((await readTable(place.results, TABLE))?.ends).toEqual(ends);
  });

  test('is read commit by commit where a checkpoint cannot be read', async () => {
    const place = createPlace();
    await writeVersions(place, 0, 5, 3);
    place.objects.write(`${nameOf(3)}.checkpoint.parquet`, 'compressed in another way');
    expect((await readTable(place.results, TABLE))?.files.size).toBe(5);
    place.objects.objects.delete(`${nameOf(0)}.json`);
    const why = /checkpoint\.parquet can't be read here: .+ Have another program write a checkpoint/;
    expect(await readTableVersions(place.results, TABLE)).toMatchObject({
      unreadable: expect.stringMatching(why),
    });
    const read = readTable(place.results, TABLE);
    await expect(read).rejects.toThrow('expected to hold versions 0 to 4, found 4');
    await expect(read).rejects.toThrow(why);
  });

  test('leaves no checkpoint behind when it is deleted while one is written: what begins then is no older version', async () => {
    const place = createPlace();
    await writeVersions(place, 0, 4, 100);
    const results = interceptStore(place.results, async ({ operation, key }, send) => {
      if (operation === 'putIfAbsent') place.objects.remove(/_delta_log/);
      return send().finally(() => key);
    });
    await openTable(results, { clock: place.clock }).checkpoints.write(3);
    expect(place.logged()).toEqual([]);
  });

  test('that was cut off by another program is gone on with from the ends that its checkpoint names', async () => {
    const place = createPlace();
    await writeVersions(place, 0, 4, 3);
    for (const version of [0, 1, 2, 3]) place.objects.objects.delete(`${nameOf(version)}.json`);
    place.objects.write(`${nameOf(4)}.json`, '{"commitInfo":{"operation":"VACUUM END"}}');
    await writeVersions(place, 4, 5);
    const table = await readTable(place.results, TABLE);
    expect(table?.version).toBe(5);
    expect(table?.files.size).toBe(5);
    expect(table?.addedAgain).toEqual([]);
  });
});

describe('what a checkpoint remembers of removed files', () => {
  test.for([
    [6, 1],
    [8, 0],
  ] as const)('after %i days is %i of one', async ([days, remembered]) => {
    const place = createPlace();
    await writeVersions(place, 0, 3);
    const [path] = [...place.objects.objects.keys()].map((key) => key.replace('tickets/', ''));
    const remove = { path, deletionTimestamp: place.clock.now(), dataChange: false };
    place.objects.write(`${nameOf(3)}.json`, JSON.stringify({ remove }));
    place.clock.advance(days * DAY_MS);
    await openTable(place.results, { clock: place.clock }).checkpoints.write(3);
    const table = await readTable(place.results, TABLE);
    expect(table?.files.size).toBe(2);
    expect(table?.removedAt.size).toBe(remembered);
  });
});

describe('what a log is cleaned of', () => {
  test('is what came before the newest checkpoint that is older than 30 days, counted from midnight', async () => {
    const place = createPlace();
    place.clock.advance(1); // past midnight
    await writeVersions(place, 0, 8, 3);
    place.clock.advance(30 * DAY_MS);
    await writeVersions(place, 8, 10, 3);
    expect(place.logged()).toContain(nameOf(0).slice(LOG.length) + '.json');
    place.clock.advance(DAY_MS);
    await writeVersions(place, 10, 13, 3);
    expect(place.logged()).toEqual([
      ...[6, 7, 8, 9, 10, 11, 12].flatMap((version) => [
        ...(version % 3 === 0 ? [`${digits(version)}.checkpoint.parquet`] : []),
        `${digits(version)}.json`,
      ]),
      '_last_checkpoint',
    ]);
    expect((await readTable(place.results, TABLE))?.files.size).toBe(13);
  });

  const about = { id: '', format: { provider: '' }, schemaString: '', partitionColumns: [] };
  test.for([
    [{}, 30 * DAY_MS, 7 * DAY_MS],
    [{ 'delta.logRetentionDuration': 'interval 2 weeks' }, 14 * DAY_MS, 7 * DAY_MS],
    [{ 'delta.deletedFileRetentionDuration': '36 hours' }, 30 * DAY_MS, 1.5 * DAY_MS],
    [{ 'delta.logRetentionDuration': 'interval 0 seconds' }, 0, 7 * DAY_MS],
    [{ 'delta.logRetentionDuration': 'a while' }, Infinity, 7 * DAY_MS],
    [{ 'delta.enableExpiredLogCleanup': 'false' }, Infinity, 7 * DAY_MS],
  ] as const)('follows the properties of the table: %j', ([configuration, log, removals]) => {
    const metaData = { ...about, configuration };
    expect([logRetention(metaData), removalRetention(metaData)]).toEqual([log, removals]);
  });
});
