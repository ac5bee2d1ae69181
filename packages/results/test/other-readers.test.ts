import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handleBatch } from '@client-tickets/micro-batch/testing';
import { encodeTicket, ticketQuery } from '@client-tickets/tickets';
import { createQueryHandler } from '@client-tickets/results';
import { findPythonReaders } from './python-readers.ts';
import { generateTicket, generateTickets, toBatch, toTicketBatch } from './records.ts';

const REQUESTS = ['Question générale', '请求 🎫', 'a\u0000b', '"\\\n\u2028', ' ', 'x'.repeat(100_000)];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'results-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A results folder of three partitions: usual tickets, unusual requests, and offsets past 2^53. */
async function writeResults(): Promise<void> {
  const handler = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });
  const ticket = generateTicket();
  const unusual = REQUESTS.map((request) => encodeTicket({ ...ticket, request }));
  const batches = [
    toTicketBatch(generateTickets(2000), 0),
    toTicketBatch(generateTickets(50), 0, 2000n),
    toBatch([...unusual, Buffer.from('no ticket'), null, Buffer.of(0xff)], 1),
    toTicketBatch(generateTickets(1), 2, 2n ** 62n + 1n),
  ];
  for (const batch of batches) {
    const { files } = await handleBatch(handler, batch, handler.initialState);
    for (const { key, body } of files) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), body);
    }
  }
}

// The time is for making a Python that can.
test('pyarrow and DuckDB read the same rows from both formats, and the dead letters', async (context) => {
  const readers = await findPythonReaders();
  if ('missing' in readers) {
    console.info(`packages/results: ${readers.missing}, skipping the test with other readers`);
    return context.skip(readers.missing);
  }
  await writeResults();
  const script = join(import.meta.dirname, 'read_results.py');
  const { stdout } = await promisify(execFile)(readers.python, [script, folder]);
  const { pyarrow, duckdb } = JSON.parse(stdout);

  const text = ['ticket_id', 'client_id', 'request', 'type', 'priority', 'support_team'];
  const texts = (type: string) => Object.fromEntries(text.map((name) => [name, type]));
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
}, 300_000);
