import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createMemoryObjectStore,
  handleBatch,
  ManualClock,
  MemoryObjects,
} from '@client-tickets/micro-batch/testing';
import { silentLogger as logger, type MicroBatch } from '@client-tickets/micro-batch';
import {
  boolean,
  defineQuery,
  defineRecord,
  integer,
  lookup,
  nullable,
  number,
  oneOf,
  text,
  timestamp,
  type Query,
} from '@client-tickets/records';
import { encodeTicket, ticketQuery } from '@client-tickets/tickets';
import { createQueryHandler, keepTable } from '@client-tickets/results';
import { findPythonReaders } from './python-readers.ts';
import { generateTicket, generateTickets, toBatch, topic, toTicketBatch } from './records.ts';

const REQUESTS = ['Question générale', '请求 🎫', 'a\u0000b', '"\\\n\u2028', ' ', 'x'.repeat(100_000)];

const TEXTS = ['ticket_id', 'client_id', 'request', 'type', 'priority', 'support_team'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'results-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A results folder of three partitions: usual tickets, unusual requests, and offsets past 2^53. */
async function writeResults(): Promise<void> {
  const ticket = generateTicket();
  const unusual = REQUESTS.map((request) => encodeTicket({ ...ticket, request }));
  const batches = [
    toTicketBatch(generateTickets(2000), 0),
    toTicketBatch(generateTickets(50), 0, 2000n),
    toBatch([...unusual, Buffer.from('no ticket'), null, Buffer.of(0xff)], 1),
    toTicketBatch(generateTickets(1), 2, 2n ** 62n + 1n),
  ];
  await writeQuery(ticketQuery, batches);
}

/** Every kind of field, each also as one that may be `null`. */
const kinds = {
  word: text(),
  one: oneOf('a', 'b'),
  time: timestamp(),
  whole: integer({ min: 0, max: 9 }),
  part: number({ min: 0 }),
  flag: boolean(),
};
const kindsQuery = defineQuery({
  table: 'kinds',
  record: defineRecord('kind', {
    ...kinds,
    word_or_not: nullable(kinds.word),
    one_or_not: nullable(kinds.one),
    time_or_not: nullable(kinds.time),
    whole_or_not: nullable(kinds.whole),
    part_or_not: nullable(kinds.part),
    flag_or_not: nullable(kinds.flag),
  }),
  derive: { sort: lookup('one', { a: 'A', b: 'B' }), sort_or_not: lookup('one_or_not', { a: 'A', b: 'B' }) },
  counts: {},
});

const TYPES = {
  word: 'string',
  one: 'string',
  time: 'timestamp',
  whole: 'long',
  part: 'double',
  flag: 'boolean',
  sort: 'string',
};

async function writeKinds(): Promise<void> {
  const full = { word: 'ä', one: 'a', time: '2026-11-22T09:30:00.123456Z', whole: 7, part: 0.5, flag: true };
  const twice = Object.entries(full).flatMap(([name, value]) => [
    [name, value],
    [`${name}_or_not`, value],
  ]);
  const values = [full, { ...Object.fromEntries(twice), strange: 1 }].map((value) =>
    Buffer.from(JSON.stringify(value)),
  );
  await writeQuery(kindsQuery, [toBatch(values), toBatch(values, 1)], 'keep');
}

/** Result files as a consumer writes them, and the table that it adds them to. */
async function writeQuery(
  query: Query,
  batches: readonly MicroBatch[],
  unknownFields: 'drop' | 'keep' = 'drop',
): Promise<void> {
  const formats = ['json', 'parquet'] as const;
  const handler = createQueryHandler(query, { formats, unknownFields });
  const objects = new MemoryObjects();
  const results = createMemoryObjectStore('memory://results/', objects);
  const table = keepTable({
    query,
    formats,
    hasExtra: unknownFields === 'keep',
    topic,
    results,
    clock: new ManualClock(),
    logger,
    newId: randomUUID,
  });
  for (const batch of batches) {
    const { files, rows, deadLetters } = await handleBatch(handler, batch, handler.initialState);
    for (const { key, body } of files) objects.write(key, body);
    const { partition, startOffset, endOffset } = batch;
    const written = files.map(({ key, body }) => ({ key, size: body.length }));
    const at = '2026-11-22T09:30:00.000Z';
    table.listener.onFiles?.(partition, {
      startOffset,
      endOffset,
      rows,
      deadLetters,
      files: written,
      plannedAt: at,
      storedAt: at,
    });
  }
  await table.close({ budgetMs: 1_000 });
  for (const [key, { body }] of objects.objects) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), body);
  }
}

// The time is for making a Python that can.
test('pyarrow and DuckDB read the same rows from both formats, and the dead letters; delta-rs from the table', async (context) => {
  const readers = await findPythonReaders();
  if ('missing' in readers) {
    console.info(`packages/results: ${readers.missing}, skipping the test with other readers`);
    return context.skip(readers.missing);
  }
  await writeResults();
  const script = join(import.meta.dirname, 'read_results.py');
  const { stdout } = await promisify(execFile)(readers.python, [script, folder]);
  const { pyarrow, duckdb } = JSON.parse(stdout);

  const texts = (type: string) => Object.fromEntries(TEXTS.map((name) => [name, type]));
  expect(pyarrow).toEqual({
    rows: 2057,
    types: {
      ...texts('string'),
      created_at: 'timestamp[us, tz=UTC]',
      kafka_partition: 'int32',
      kafka_offset: 'int64',
      partition: 'int32',
    },
    first: {
      ...generateTicket(),
      created_at: '2026-11-22T09:30:00+00:00',
      support_team: 'Tech Support',
      kafka_partition: 0,
      kafka_offset: 0,
      partition: 0,
    },
    largest_offset: String(2n ** 62n + 1n),
  });

  const types = { ...texts('VARCHAR'), created_at: 'TIMESTAMP WITH TIME ZONE', kafka_offset: 'BIGINT' };
  expect(duckdb).toEqual({
    parquet: { ...types, kafka_partition: 'INTEGER' },
    json: { ...types, kafka_partition: 'BIGINT' }, // JSON's numbers have no width
    differences: 0,
    by_partition: [
      [0, 2050],
      [1, 6],
      [2, 1],
    ],
    requests: REQUESTS,
    dead_letters: [
      ['6', 'value: expected JSON, found "no ticket"', Buffer.from('no ticket').toString('hex')],
      ['7', 'value: expected a JSON object, found a tombstone (null)', null],
      ['8', 'value: expected UTF-8 text, found 0xff', 'ff'],
    ],
  });

  await writeKinds();
  const tables = await promisify(execFile)(readers.python, [
    join(import.meta.dirname, 'read_table.py'),
    ...['tickets', 'kinds'].map((table) => join(folder, table)),
  ]);
  const [tickets, all] = JSON.parse(tables.stdout);
  const required = (type: string) => [type, false];
  const withNullable = (name: string, type: string) => [
    [name, required(type)],
    [`${name}_or_not`, [type, true]],
  ];
  expect(tickets).toEqual({
    version: 0,
    rows: 2057,
    answer: { rows: '2057', different: '2057', largest: String(2n ** 62n + 1n) },
    types: {
      ...Object.fromEntries(TEXTS.map((name) => [name, required('string')])),
      created_at: required('timestamp'),
      kafka_partition: required('integer'),
      kafka_offset: required('long'),
    },
    arrow: {
      ...texts('string'),
      created_at: 'timestamp[us, tz=UTC]',
      kafka_partition: 'int32',
      kafka_offset: 'int64',
    },
    made_by: 'client-tickets',
  });
  expect(all.types).toEqual({
    ...Object.fromEntries(Object.entries(TYPES).flatMap(([name, type]) => withNullable(name, type))),
    extra: ['string', true],
    kafka_partition: required('integer'),
    kafka_offset: required('long'),
  });
  expect(all).toMatchObject({ rows: 4, answer: { rows: '4', different: '4', largest: '1' } });
});
