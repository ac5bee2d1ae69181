import { describe, expect, test } from 'vitest';
import { readQuery } from '@client-tickets/micro-batch';
import {
  DROPPED_KEY,
  findDroppableJson,
  initTable,
  MERGE_OWNER,
  noteDroppedJson,
  optimizeTable,
  readTable,
  tableLogPrefix,
  type ResultFormat,
} from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { readSnapshot } from '../src/checkpoint/checkpoint-snapshot.ts';
import { stateParser } from '../src/checkpoint/stored-query.ts';
import { writeRebuilt } from '../src/rebuild/rebuild-checkpoint.ts';
import { startHistory, TOPIC, type History } from './support/history.ts';
import { rebuild, verify } from './support/left-query.ts';
import { runHere } from './support/run-here.ts';

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;
const MERGED = /^tickets\/merged\//;
const SMALL = /^tickets\/partition=/;
const LOG = tableLogPrefix('tickets');

async function storedEnds({ checkpointStore }: History): Promise<ReadonlyMap<number, bigint>> {
  const identity = await readQuery(checkpointStore, TOPIC);
  if (identity === undefined) throw new Error('there is no query');
  const { partitions } = await readSnapshot(checkpointStore, identity, stateParser(ticketQuery));
  return new Map(
    [...partitions].map(([partition, { checkpoint }]) => [partition, checkpoint.stored.endOffset]),
  );
}

async function makeTable(history: History): Promise<void> {
  const { resultsStore: results, clock } = history;
  const newId = (): string => '11111111-2222-4333-8444-555555555555';
  await initTable(
    { query: ticketQuery, topic: TOPIC, hasExtra: false, results, clock, newId },
    await storedEnds(history),
  );
}

const optimize = ({ resultsStore: results, clock }: History) =>
  optimizeTable({ query: ticketQuery, topic: TOPIC, hasExtra: false, results, clock, targetBytes: MIB });

/** As an operator has it, an hour later. Resolves with what it says. */
async function vacuum(
  { resultsStore: results, checkpointStore: checkpoints, clock }: History,
  ...more: readonly string[]
): Promise<string> {
  clock.advance(HOUR_MS);
  const places = { RESULTS_PATH: '/nowhere', CHECKPOINT_PATH: '/nowhere', KAFKA_TOPIC: TOPIC };
  const stores = { results, checkpoints };
  const args = ['vacuum', '--retain', '1h', '--yes', ...more];
  const { code, stdout, stderr } = await runHere(args, places, ticketQuery, { clock, stores });
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Consumers have stored tickets, and are gone. */
async function begin(formats: readonly ResultFormat[], seed = 5): Promise<History> {
  const history = startHistory({
    seed,
    records: 50,
    partitions: 2,
    formats,
    maxOffsetsPerTrigger: 5,
  });
  await history.end();
  await makeTable(history);
  return history;
}

/** The same once all was merged, and the small files are gone. */
async function merged(formats: readonly ResultFormat[], seed?: number): Promise<History> {
  const history = await begin(formats, seed);
  await optimize(history);
  await vacuum(history);
  expect(history.results.keys(SMALL)).toEqual([]);
  return history;
}

const FORMATS = [['json', 'parquet'], ['parquet']] as const;

describe.for(FORMATS)('results in %s', (formats) => {
  test('are proven alike before and after their files are merged, and once the small ones are gone', async () => {
    const history = await begin(formats);
    const before = await verify(history);
    expect(before).toMatchObject({ ok: true, differences: [] });
    const rows = before.partitions.map((each) => [each.partition, each.rows, each.deadLetters]);
    for (const step of [optimize, vacuum]) {
      await step(history);
      const after = await verify(history);
      expect(after).toMatchObject({ ok: true, differences: [], notes: [] });
      expect(await verify(history, { parts: { partBytes: 200 } })).toMatchObject(after);
      expect(after.partitions.map((each) => [each.partition, each.rows, each.deadLetters])).toEqual(rows);
    }
    expect(history.results.keys(SMALL)).toEqual([]);
    expect(history.results.keys(MERGED)).toHaveLength(2);
  });

  test('go on after a merge as if nothing had been, with a table that holds what comes', async () => {
    const history = await merged(formats);
    history.add(40);
    history.revive();
    await history.end();
    await makeTable(history);
    expect(await verify(history)).toMatchObject({ ok: true, differences: [], notes: [] });
    const table = await readTable(history.resultsStore, { table: 'tickets', topic: TOPIC });
    expect([...(table?.files.keys() ?? [])].sort()).toEqual(
      history.results.keys(/^tickets\/(merged|partition)/),
    );
  });

  test.for([false, true])(
    'make a lost checkpoint again from merged files, the log lost as well: %s',
    async (logIsLost) => {
      const history = await merged(formats);
      const before = await verify(history);
      history.checkpoints.objects.clear();
      if (logIsLost) history.results.remove(/_delta_log/);
      const { resultsStore: results, checkpointStore: checkpoints } = history;
      const rebuilt = await rebuild(history, { handlerOptions: { formats } });
      // What comes after the last ticket is in no merged file, so the end of a partition may be read again.
      const rowsOf = (partitions: readonly { partition: number; rows: number }[]) =>
        partitions.map(({ partition, rows }) => [partition, rows]);
      const held = rebuilt.partitions.map((each) => ({ ...each, rows: each.stored.totals.rows }));
      expect(rowsOf(held)).toEqual(rowsOf(before.partitions));
      await writeRebuilt(ticketQuery, { results, checkpoints }, rebuilt);
      history.add(20);
      history.revive();
      await history.end();
      await makeTable(history);
      expect(await verify(history)).toMatchObject({ ok: true, differences: [] });
    },
  );
});

test('vacuum throws away what is left of the uploads of merges that were killed, and of no others', async () => {
  const history = await begin(['parquet']);
  const upload = (owner: string) => history.resultsStore.beginUpload({ owner }).write(Buffer.from('x'));
  for (const owner of [MERGE_OWNER, 'partition-0']) await upload(owner);
  await optimize(history);
  await vacuum(history);
  expect([...history.results.uploads.values()]).toEqual(['partition-0']);
  expect(history.results.keys(SMALL)).toEqual([]);

  await upload(MERGE_OWNER);
  expect(await vacuum(history, '--dry-run')).toContain('nothing to delete');
  expect([...history.results.uploads.values()]).toEqual(['partition-0', MERGE_OWNER]);
  expect(await vacuum(history)).toContain('nothing to delete');
  expect([...history.results.uploads.values()]).toEqual(['partition-0']);
});

test('vacuum leaves a merge alone that is under way', async () => {
  const history = await begin(['parquet']);
  history.results.now = () => history.clock.now();
  await optimize(history);
  history.clock.advance(HOUR_MS);
  const upload = history.resultsStore.beginUpload({ owner: MERGE_OWNER });
  await upload.write(Buffer.from('x'));
  await vacuum(history);
  expect(history.results.keys(SMALL)).toEqual([]);
  await upload.complete('tickets/merged/whole');
  expect(history.results.keys(/whole/)).toHaveLength(1);
});

describe('of JSON files whose rows are in merged files, verify tells', () => {
  async function dropAllButOne(isVacuumed: boolean) {
    const history = await begin(['json', 'parquet']);
    await optimize(history);
    if (isVacuumed) await vacuum(history);
    const { resultsStore: results } = history;
    const [kept, ...dropped] = await findDroppableJson(results, { table: 'tickets', topic: TOPIC });
    if (kept === undefined) throw new Error('nothing was merged');
    await noteDroppedJson(results, dropped);
    for (const { key } of dropped) await results.delete(key);
    return { history, kept };
  }

  test.for([false, true])(
    'those that were dropped from one that was lost, the small Parquet files vacuumed: %s',
    async (isVacuumed) => {
      const { history, kept } = await dropAllButOne(isVacuumed);
      const before = await verify(history);
      expect(before).toMatchObject({ ok: true, differences: [] });
      expect(before.notes).toEqual([expect.stringMatching(/^\d+ tickets are in no JSON file, as/)]);
      await history.resultsStore.delete(kept.key);
      const { differences } = await verify(history);
      const { partition } = kept;
      expect(differences).toMatchObject([{ code: 'file_missing', partition }]);
      const [{ offsets, message } = { message: '' }] = differences;
      expect(message).toContain('was not dropped by `tickets optimize --drop-json`');
      expect(offsets?.startOffset).toBeGreaterThanOrEqual(kept.startOffset);
      expect(offsets?.endOffset).toBeLessThanOrEqual(kept.endOffset);
    },
  );

  test('that its record is damaged', async () => {
    const { history } = await dropAllButOne(true);
    history.results.write(DROPPED_KEY, '{"version":1');
    const { differences } = await verify(history);
    expect(differences).toContainEqual(expect.objectContaining({ code: 'file_damaged', key: DROPPED_KEY }));
  });
});

describe('verify finds it when a merged file', () => {
  test('is gone, and the small ones with it', async () => {
    const history = await merged(['parquet']);
    const [key = ''] = history.results.keys(MERGED);
    history.results.objects.delete(key);
    const { differences } = await verify(history);
    expect(differences).toContainEqual(expect.objectContaining({ code: 'table_differs', key }));
    expect(differences).toContainEqual(expect.objectContaining({ code: 'totals_differ', partition: 0 }));
  });

  test.for(FORMATS)('is damaged, with %s', async (formats) => {
    const history = await merged(formats);
    const [key = ''] = history.results.keys(MERGED);
    const { body } = history.results.objects.get(key) ?? { body: new Uint8Array() };
    history.results.write(key, body.subarray(1));
    for (const more of [{}, { parts: { partBytes: 200 } }]) {
      const { differences } = await verify(history, more);
      expect(differences).toContainEqual(expect.objectContaining({ code: 'file_damaged', key }));
    }
  });

  test('holds other rows than the small ones, or than their JSON files', async () => {
    for (const step of [optimize, vacuum]) {
      const history = await begin(['json', 'parquet']);
      const other = await begin(['json', 'parquet'], 6);
      await optimize(history);
      await optimize(other);
      if (step === vacuum) await vacuum(history);
      const [key = ''] = history.results.keys(MERGED);
      const [strange = ''] = other.results.keys(MERGED);
      history.results.write(key, other.results.bytes(strange));
      const { differences } = await verify(history);
      const codes = new Set(differences.filter((each) => each.key === key).map(({ code }) => code));
      expect(codes).toContain('formats_differ');
    }
  });

  test('and one of its small files are both in the table', async () => {
    const history = await begin(['parquet']);
    const [small = ''] = history.results.keys(SMALL);
    await optimize(history);
    const table = await readTable(history.resultsStore, { table: 'tickets', topic: TOPIC });
    const version = `${LOG}${String((table?.version ?? 0) + 1).padStart(20, '0')}.json`;
    const size = history.results.objects.get(small)?.body.length;
    const add = {
      path: small.replace('tickets/', ''),
      partitionValues: {},
      size,
      modificationTime: 0,
      dataChange: true,
    };
    history.results.write(version, JSON.stringify({ add }));
    const { differences } = await verify(history);
    expect(differences).toMatchObject([{ code: 'table_differs', key: small }]);
  });
});
