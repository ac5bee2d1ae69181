import {
  QueryError,
  readOwner,
  readQuery,
  type ObjectStore,
  type QueryErrorCode,
} from '@client-tickets/micro-batch';
import { createMemoryObjectStore, interceptStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openQuery, type ExpectedQuery } from '../../src/checkpoint/query-identity.ts';

const QUERY = 'letters/query.json';
const OWNER = '_query.json';

let ids = 0;
const expectedQuery = (changes: Partial<ExpectedQuery> = {}): ExpectedQuery => ({
  topic: 'letters',
  handlerVersion: '1',
  settings: { formats: 'json,parquet' },
  create: () =>
    Promise.resolve({
      id: `query-${(ids += 1)}`,
      startingOffsets: new Map([
        [0, 5n],
        [1, 2n ** 62n],
      ]),
      createdAt: '2026-01-01T00:00:00.000Z',
    }),
  ...changes,
});

/** Two locations, everything that was written to them, and stores to reach them by. */
function locations(inside = false) {
  const checkpoints = new MemoryObjects();
  const results = inside ? checkpoints : new MemoryObjects();
  return {
    checkpoints,
    results,
    checkpointStore: createMemoryObjectStore('memory://checkpoints/', checkpoints),
    resultStore: createMemoryObjectStore('memory://results/', results),
  };
}

type Locations = ReturnType<typeof locations>;

const open = ({ checkpointStore, resultStore }: Locations, changes: Partial<ExpectedQuery> = {}) =>
  openQuery(checkpointStore, resultStore, expectedQuery(changes));

const contents = ({ checkpoints, results }: Locations): unknown =>
  [checkpoints, results].map(({ objects }) => [...objects].map(([key, { etag }]) => `${key} ${etag}`));

/** How opening fails, and whether it has written anything. */
async function attempt(places: Locations, changes: Partial<ExpectedQuery> = {}): Promise<unknown> {
  const before = contents(places);
  const failure = await open(places, changes).then(
    () => undefined,
    (error: unknown) => error,
  );
  const isUntouched = JSON.stringify(contents(places)) === JSON.stringify(before);
  return failure instanceof QueryError
    ? { code: failure.code, message: failure.message, isUntouched }
    : failure;
}

const refusal = (code: QueryErrorCode, message: RegExp): unknown => ({
  code,
  message: expect.stringMatching(message),
  isUntouched: true,
});

const edit = (
  objects: MemoryObjects,
  key: string,
  change: (document: Record<string, unknown>) => void,
): void => {
  const document = JSON.parse(objects.text(key)) as Record<string, unknown>;
  change(document);
  objects.write(key, JSON.stringify(document));
};

test('a query is created once, survives being written and read, and is opened from then on', async () => {
  const places = locations();
  const created = await open(places);
  expect(await readQuery(places.checkpointStore, 'letters')).toEqual(created);
  expect(await readOwner(places.resultStore)).toEqual({
    id: created.id,
    topic: 'letters',
    checkpoint: 'memory://checkpoints/',
  });
  const before = contents(places);
  expect(await open(places)).toEqual(created);
  expect(contents(places)).toEqual(before);
});

test('consumers that start together open the same query, in whatever order their requests arrive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, consumers) => {
      const places = locations();
      const scheduled = (store: ObjectStore): ObjectStore =>
        interceptStore(store, ({ operation, key }, send) =>
          scheduler.schedule(Promise.resolve(), `${operation} ${key}`).then(send),
        );
      const opening = Array.from({ length: consumers }, () =>
        open({
          ...places,
          checkpointStore: scheduled(places.checkpointStore),
          resultStore: scheduled(places.resultStore),
        }),
      );
      await scheduler.waitFor(Promise.all(opening));
      const [first, ...others] = await Promise.all(opening);
      for (const other of others) expect(other).toEqual(first);
      expect((await readOwner(places.resultStore))?.id).toBe(first?.id);
    }),
    { numRuns: 50 },
  );
});

test('a crash between the two files is mended by the next start', async () => {
  const places = locations();
  const dead = interceptStore(places.resultStore, ({ operation }, send) =>
    operation === 'putIfAbsent' ? Promise.reject(new Error('crashed')) : send(),
  );
  await expect(open({ ...places, resultStore: dead })).rejects.toThrow('crashed');
  expect(places.results.objects.size).toBe(0);
  const found = await readQuery(places.checkpointStore, 'letters');
  expect(await open(places)).toEqual(found);
  expect((await readOwner(places.resultStore))?.id).toBe(found?.id);
});

test('another handler version, or any other settings, are refused by name', async () => {
  const places = locations();
  await open(places);
  expect(
    await attempt(places, {
      handlerVersion: '2',
    }),
  ).toEqual(refusal('checkpoint_mismatch', /another query .*encoders: 1 became 2\. .*new checkpoint/));
  expect(
    await attempt(places, {
      settings: { formats: 'json' },
    }),
  ).toEqual(refusal('checkpoint_mismatch', /What changed: formats: json,parquet became json\. /));
  expect(
    await attempt(places, {
      settings: { formats: 'json,parquet', zone: 'UTC' },
    }),
  ).toEqual(refusal('checkpoint_mismatch', /What changed: zone: added \(UTC\)\. /));
});

test('a setting may have the name of one of the fields of a query itself', async () => {
  for (const name of ['topic', 'encoders']) {
    const places = locations();
    await open(places, { settings: { [name]: 'text' } });
    expect(await attempt(places, { settings: { [name]: 'timestamp' } })).toEqual(
      refusal('checkpoint_mismatch', new RegExp(`What changed: ${name}: text became timestamp\\. `)),
    );
  }
});

test('a refusal says what changed of a list', async () => {
  const change = async (former: string, now: string): Promise<string> => {
    const places = locations();
    await open(places, { settings: { priority: former } });
    const error = await attempt(places, { settings: { priority: now } });
    return /What changed: (.*?)\. /.exec(JSON.stringify(error))?.[1] ?? 'nothing';
  };
  expect(await change('LOW, HIGH', 'LOW, HIGH, URGENT')).toBe('priority: URGENT added');
  expect(await change('LOW, HIGH', 'LOW, URGENT')).toBe('priority: URGENT added, HIGH removed');
  expect(await change('LOW, HIGH', 'HIGH, LOW')).toBe('priority: the order became HIGH, LOW');
  expect(await change('LOW, HIGH', 'text')).toBe('priority: LOW, HIGH became text');
});

test('settings that only read like the former ones are refused', async () => {
  const places = locations();
  await open(places, { settings: { a: '1, b 2' } });
  expect(await attempt(places, { settings: { a: '1', b: '2' } })).toMatchObject({
    code: 'checkpoint_mismatch',
  });
});

test('the order of settings makes no difference', async () => {
  const places = locations();
  const created = await open(places, { settings: { a: '1', b: '2' } });
  expect(await open(places, { settings: { b: '2', a: '1' } })).toEqual(created);
});

test('the checkpoint of another topic is refused, wherever it was copied to', async () => {
  const places = locations();
  await open(places, { topic: 'tickets' });
  const query = places.checkpoints.objects.get('tickets/query.json');
  places.checkpoints.write(QUERY, query?.body ?? new Uint8Array());
  expect(await attempt(places)).toEqual(refusal('checkpoint_mismatch', /topic: tickets became letters/));
});

test('results of another query are refused with the name of theirs', async () => {
  const places = locations();
  const other = await open(places);
  const fresh = { ...places, checkpoints: new MemoryObjects() };
  fresh.checkpointStore = createMemoryObjectStore('memory://elsewhere/', fresh.checkpoints);
  const message = new RegExp(`belong to query ${other.id} of topic letters, .* memory://checkpoints/`);
  expect(await attempt(fresh)).toEqual(refusal('results_mismatch', message));
  expect(await attempt(places, { topic: 'tickets' })).toEqual(refusal('results_mismatch', message));
  const third = locations();
  await open(third);
  expect(await attempt({ ...third, results: places.results, resultStore: places.resultStore })).toEqual(
    refusal('results_mismatch', message),
  );
});

test('a results location with files of something else is refused, and they are left alone', async () => {
  const places = locations();
  places.results.write('reports/2025.csv', 'x');
  expect(await attempt(places)).toEqual(
    refusal('results_mismatch', /memory:\/\/results\/ already holds files \(reports\/2025.csv\)/),
  );
});

test('hidden files, and the checkpoint itself, are no files of something else', async () => {
  const places = locations();
  places.results.write('_SUCCESS', '');
  expect(await attempt(places)).toBeUndefined();
  const nested = locations(true);
  nested.checkpointStore = createMemoryObjectStore('memory://results/checkpoints/', new MemoryObjects());
  nested.results.write('checkpoints/letters/query.json', '{}');
  expect(await attempt(nested)).toBeUndefined();
});

test('a checkpoint with batches does not go with results that it did not write', async () => {
  const places = locations();
  await open(places);
  places.checkpoints.write('letters/partition-0.json', '{}');
  const emptied = { ...places, results: new MemoryObjects() };
  emptied.resultStore = createMemoryObjectStore('memory://new-results/', emptied.results);
  expect(await attempt(emptied)).toEqual(
    refusal('results_mismatch', /has batches \(letters\/partition-0.json\), .* memory:\/\/new-results\//),
  );
});

for (const [where, key] of [
  ['checkpoints', QUERY],
  ['results', OWNER],
] as const) {
  test.each([
    { version: 3, code: 'checkpoint_older' },
    { version: 5, code: 'checkpoint_newer' },
  ] as const)(`${key} of version $version is refused as $code`, async ({ version, code }) => {
    const places = locations();
    await open(places);
    edit(places[where], key, (document) => (document['version'] = version));
    const message = new RegExp(
      `memory://${where}/${key} has version ${version}; this program knows version 4`,
    );
    expect(await attempt(places)).toEqual(refusal(code, message));
  });

  test(`${key} that lacks a field, or holds something else there, is refused with the name of the field`, async () => {
    const places = locations();
    await open(places);
    const fields = Object.keys(JSON.parse(places[where].text(key)) as object);
    expect(fields.length).toBeGreaterThanOrEqual(4);
    const intact = places[where].objects.get(key);
    for (const field of fields) {
      for (const value of [undefined, null, 7.5, [], true]) {
        edit(places[where], key, (document) => (document[field] = value));
        expect(await attempt(places)).toEqual(
          refusal('checkpoint_damaged', new RegExp(`memory://${where}/${key} is damaged: ${field}`)),
        );
        places[where].write(key, intact?.body ?? new Uint8Array());
      }
    }
  });

  test(`${key} that is no JSON is refused`, async () => {
    const places = locations();
    await open(places);
    for (const body of ['', 'null', '[]', '{"version":1', '\u{0}', '7']) {
      places[where].write(key, Buffer.from(body));
      expect(await attempt(places)).toEqual(
        refusal('checkpoint_damaged', new RegExp(`memory://${where}/${key} is damaged`)),
      );
    }
  });
}

test('starting offsets of query.json are checked each', async () => {
  const places = locations();
  await open(places);
  const intact = places.checkpoints.objects.get(QUERY);
  for (const wrong of [{ first: '5' }, { '-1': '5' }, { 0: 5 }, { 0: '-1' }, { 0: 'x' }]) {
    edit(places.checkpoints, QUERY, (document) => (document['startingOffsets'] = wrong));
    expect(await attempt(places)).toEqual(refusal('checkpoint_damaged', /is damaged: startingOffsets/));
    places.checkpoints.write(QUERY, intact?.body ?? new Uint8Array());
  }
});
