import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { RecordList, type MicroBatch } from '@client-tickets/micro-batch';
import { handleBatch, type HandledFile } from '@client-tickets/micro-batch/testing';
import { encodeTicket, ticketQuery } from '@client-tickets/tickets';
import { createQueryHandler, MOST_HELD_BYTES, type ResultFormat } from '@client-tickets/results';
import type { QueryState } from '@client-tickets/records';
import {
  generateTicket,
  generateTickets,
  readLines,
  toBatch,
  toRecord,
  toTicketBatch,
  topic,
} from './records.ts';

const handler = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });
const ticket = generateTicket();
const deadLetter = Buffer.from('no ticket');

type Handled = Awaited<ReturnType<typeof handleBatch<QueryState>>>;

function handle(batch: MicroBatch, using = handler): Promise<Handled> {
  return handleBatch(using, batch, using.initialState);
}

function fileOf({ files }: Handled, ending: string): HandledFile {
  const file = files.find(({ key }) => key.endsWith(ending));
  if (file === undefined) throw new Error(`no ${ending} among ${files.map(({ key }) => key).join(', ')}`);
  return file;
}

function toArrayBuffer(body: Uint8Array): ArrayBuffer {
  return Uint8Array.from(body).buffer;
}

describe('a batch of tickets', () => {
  test('becomes a JSON line and a Parquet row for each, named after its offsets', async () => {
    const tickets = generateTickets(50);
    const handled = await handle(toTicketBatch(tickets, 2, 600n));
    expect(handled.files.map(({ key, contentType }) => [key, contentType])).toEqual([
      ['tickets_json/partition=2/00000000000000000600-00000000000000000649.json', 'application/x-ndjson'],
      [
        'tickets/partition=2/00000000000000000600-00000000000000000649.parquet',
        'application/vnd.apache.parquet',
      ],
    ]);
    expect(handled).toMatchObject({ rows: 50, deadLetters: 0 });

    const rows = tickets.map((ticket, index) => ({
      ...ticket,
      support_team: ticketQuery.derive.support_team.values[ticket.type],
      kafka_partition: 2,
      kafka_offset: 600 + index,
    }));
    expect(readLines(fileOf(handled, '.json').body)).toEqual(rows);
    const file = toArrayBuffer(fileOf(handled, '.parquet').body);
    expect(await parquetReadObjects({ file })).toEqual(
      rows.map((row) => ({
        ...row,
        created_at: new Date(row.created_at),
        kafka_offset: BigInt(row.kafka_offset),
      })),
    );
  });

  test('has typed columns, none of which may be null', async () => {
    const { body } = fileOf(await handle(toTicketBatch(generateTickets(3))), '.parquet');
    const { schema, created_by, row_groups } = parquetMetadata(toArrayBuffer(body));
    const columns = schema.slice(1).map(({ name, type, repetition_type, logical_type }) => ({
      name,
      type: logical_type ?? type,
      repetition_type,
    }));
    const of = (type: unknown, ...names: readonly string[]) =>
      names.map((name) => ({ name, type, repetition_type: 'REQUIRED' }));
    expect(columns).toEqual([
      ...of({ type: 'STRING' }, 'ticket_id', 'client_id'),
      ...of({ type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' }, 'created_at'),
      ...of({ type: 'STRING' }, 'request', 'type', 'priority', 'support_team'),
      ...of('INT32', 'kafka_partition'),
      ...of('INT64', 'kafka_offset'),
    ]);
    expect(created_by).toBe('client-tickets');
    expect(new Set(row_groups[0]?.columns.map(({ meta_data }) => meta_data?.codec))).toEqual(
      new Set(['SNAPPY']),
    );
  });

  test('keeps nothing of fields that no schema names', async () => {
    const value = Buffer.from(JSON.stringify({ ...ticket, card_number: '4111' }));
    for (const { body } of (await handle(toBatch([value]))).files) {
      expect(Buffer.from(body).includes('4111')).toBe(false);
      expect(Buffer.from(body).includes('card_number')).toBe(false);
    }
  });

  test('keeps them as JSON text in a column of their own where it is asked to, in both formats', async () => {
    const keeping = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'], unknownFields: 'keep' });
    const more = '"card":{"number" : 4111222233334444555, "é": "\\u00e9"},"tags":[1, 2]';
    const values = [
      Buffer.from(JSON.stringify(ticket).replace('{', `{${more},`)),
      Buffer.from(JSON.stringify(ticket)),
    ];
    const handled = await handle(toBatch(values), keeping);
    const extra = [`{${more}}`, null];
    expect(readLines(fileOf(handled, '.json').body)).toMatchObject(extra.map((each) => ({ extra: each })));
    const file = toArrayBuffer(fileOf(handled, '.parquet').body);
    expect(await parquetReadObjects({ file })).toMatchObject(extra.map((each) => ({ extra: each })));
    expect(handled.observations).toMatchObject({ unknown_field_count_by_name: { card: 1, tags: 1 } });
  });

  test('keeps every digit of an offset that a double cannot hold', async () => {
    const handled = await handle(toTicketBatch(generateTickets(1), 0, 2n ** 62n + 1n));
    expect(Buffer.from(fileOf(handled, '.json').body).toString()).toMatch(
      /"kafka_offset":4611686018427387905}\n$/,
    );
    const file = toArrayBuffer(fileOf(handled, '.parquet').body);
    expect(await parquetReadObjects({ file })).toMatchObject([{ kafka_offset: 2n ** 62n + 1n }]);
  });

  test.each<[readonly ResultFormat[], readonly string[], string]>([
    [['json'], ['json'], 'json'],
    [['parquet'], ['parquet'], 'parquet'],
    [['parquet', 'json', 'parquet'], ['json', 'parquet'], 'json, parquet'],
  ])('in the formats %j is written as %j', async (formats, written, setting) => {
    const handler = createQueryHandler(ticketQuery, { formats });
    const { files } = await handle(toTicketBatch(generateTickets(1)), handler);
    expect(files.map(({ key }) => key.slice(key.lastIndexOf('.') + 1))).toEqual(written);
    expect(handler.settings).toMatchObject({ 'file formats': setting });
  });

  test('in no format at all is refused', () => {
    expect(() => createQueryHandler(ticketQuery, { formats: [] })).toThrow(
      'formats: expected some of json, parquet, found none',
    );
  });
});

describe('dead letters', () => {
  test('are lines with the raw bytes and the reason', async () => {
    const batch = toBatch([encodeTicket({ ...ticket, type: 'BILLING' }), deadLetter, null], 1, 7n);
    const handled = await handle(batch);
    const file = fileOf(handled, 'dead_letters/partition=1/00000000000000000007-00000000000000000009.json');
    expect(file.contentType).toBe('application/x-ndjson');
    expect(readLines(file.body)).toEqual([
      {
        topic,
        partition: 1,
        offset: '8',
        timestamp: '2026-11-22T09:30:00.000Z',
        key: 'CL-417',
        reason: 'value: expected JSON, found "no ticket"',
        value_base64: deadLetter.toString('base64'),
      },
      {
        topic,
        partition: 1,
        offset: '9',
        timestamp: '2026-11-22T09:30:00.000Z',
        key: 'CL-417',
        reason: 'value: expected a JSON object, found a tombstone (null)',
        value_base64: null,
      },
    ]);
    expect(handled).toMatchObject({
      rows: 1,
      deadLetters: 2,
      observations: { dead_letter_count_by_problem: { NOT_JSON: 1, TOMBSTONE: 1 } },
    });
  });

  test('hold a value up to a bound, and of a larger one its size and its digest', async () => {
    const values = [MOST_HELD_BYTES, MOST_HELD_BYTES + 1].map((size) => Buffer.alloc(size, 'x'));
    const letters = readLines(fileOf(await handle(toBatch(values)), '.json').body);
    expect(letters).toMatchObject([
      { value_base64: values[0]?.toString('base64') },
      {
        value_base64: null,
        value_bytes: MOST_HELD_BYTES + 1,
        value_sha256: createHash('sha256')
          .update(values[1] ?? '')
          .digest('hex'),
      },
    ]);
    expect(letters[0]).not.toHaveProperty('value_bytes');
  });

  test('hold a key up to the same bound, and of a larger one its size', async () => {
    const records = RecordList.of([toRecord(0n, null, { key: Buffer.alloc(MOST_HELD_BYTES + 1) })]);
    const handled = await handle({ ...toBatch([]), endOffset: 1n, records });
    expect(readLines(fileOf(handled, '.json').body)).toMatchObject([
      { key: null, key_bytes: MOST_HELD_BYTES + 1, value_base64: null },
    ]);
  });

  test('say that they stand for a record batch that could not be read', async () => {
    const problem = "the record batch at offsets 0 to 9 can't be read: its gzip is damaged";
    const records = RecordList.of([toRecord(0n, null, { key: null, problem })]);
    const handled = await handle({ ...toBatch([]), endOffset: 10n, records });
    expect(readLines(fileOf(handled, '.json').body)).toMatchObject([
      { reason: problem, value_base64: null, unreadable_batch: true },
    ]);
  });

  test.each([
    ['no key', null, null],
    ['an empty key', Buffer.from(''), ''],
    ['a text key', Buffer.from('clé'), 'clé'],
    ['a key that is no UTF-8', Buffer.of(0xff, 0x00), 'base64:/wA='],
    ['a key that looks like one', Buffer.from('base64:/wA='), 'base64:YmFzZTY0Oi93QT0='],
  ])('show %s', async (_case, key, shown) => {
    const batch = { ...toBatch([]), endOffset: 1n, records: RecordList.of([toRecord(0n, null, { key })]) };
    expect(readLines(fileOf(await handle(batch), '.json').body)).toMatchObject([{ key: shown }]);
  });

  test.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [253402300799999, '9999-12-31T23:59:59.999Z'],
    [-1, null],
    [253402300800000, null],
    [2 ** 63, null],
    [-(2 ** 63), null],
  ])('of time %d show %j', async (timestamp, shown) => {
    const batch = {
      ...toBatch([]),
      endOffset: 1n,
      records: RecordList.of([toRecord(0n, null, { timestamp })]),
    };
    expect(readLines(fileOf(await handle(batch), '.json').body)).toMatchObject([{ timestamp: shown }]);
  });
});

describe('files', () => {
  test('are aborted only when no request is under way, also where one format could not be completed', async () => {
    const requests: string[] = [];
    const open = handler.openFiles({
      ...toBatch([]),
      beginUpload: ({ contentType }) => {
        const format = contentType === 'application/vnd.apache.parquet' ? 'parquet' : 'json';
        const answer = async (request: string): Promise<void> => {
          await new Promise(setImmediate); // so JSON lines fail before Parquet has come to its end
          requests.push(`${format} ${request}`);
        };
        return {
          write: () => answer('written'),
          complete: () =>
            format === 'json' ? Promise.reject(new Error('json: no answer')) : answer('completed'),
          abort: () => answer('aborted'),
        };
      },
    });
    const { state } = await open.add(toTicketBatch([ticket]), handler.initialState);
    await expect(open.finish(1n, handler.initialState, state)).rejects.toThrow('json: no answer');
    await open.abort();
    expect(requests.indexOf('parquet completed')).toBeGreaterThan(0);
    expect(requests.indexOf('parquet completed')).toBeLessThan(requests.indexOf('parquet aborted'));
  });
});

describe('a batch', () => {
  test('without records writes no file and changes no count', async () => {
    const handled = await handle({ ...toBatch([]), endOffset: 10n });
    expect(handled).toMatchObject({ files: [], state: handler.initialState, rows: 0, deadLetters: 0 });
  });

  test('without tickets writes its dead letters only', async () => {
    const { files } = await handle(toBatch([deadLetter]));
    expect(files.map(({ key }) => key)).toEqual([
      'dead_letters/partition=0/00000000000000000000-00000000000000000000.json',
    ]);
  });

  test('adds its counts to those before, and reports them alone', async () => {
    const values = [
      encodeTicket({ ...ticket, type: 'ACCOUNT', priority: 'HIGH' }),
      encodeTicket({ ...ticket, type: 'GENERAL', priority: 'LOW' }),
    ];
    const first = await handle(toBatch(values));
    const second = await handleBatch(handler, toBatch(values.slice(0, 1), 0, 2n), first.state);
    expect(second.state.counts).toEqual({
      ticket_counts: { TECHNICAL: 0, BILLING: 0, ACCOUNT: 2, GENERAL: 1 },
      ticket_counts_by_team: {
        'Tech Support': 0,
        'Billing Team': 0,
        'Account Management': 2,
        'General Support': 1,
      },
      ticket_counts_by_priority: {
        ...handler.initialState.counts['ticket_counts_by_priority'],
        LOW: 1,
        HIGH: 2,
      },
    });
    expect(second.observations).toMatchObject({
      ticket_counts: { TECHNICAL: 0, BILLING: 0, ACCOUNT: 1, GENERAL: 0 },
      ticket_counts_by_team: { 'Account Management': 1 },
      ticket_counts_by_priority: { LOW: 0, HIGH: 1 },
    });
    expect(handler.parseState(JSON.parse(JSON.stringify(second.state)))).toEqual(second.state);
    expect(() => handler.parseState({ ...second.state, counts: { ticket_counts: {} } })).toThrow(
      'not ticket counts',
    );
  });

  /** Pinned: other bytes are another `version`, because a batch may be written again by an older or newer program. */
  test('gives these bytes on every machine', async () => {
    const tickets = generateTickets(2000);
    const values = tickets.flatMap((ticket, index) => [
      encodeTicket(ticket),
      index % 100 === 0 ? deadLetter : null,
    ]);
    const { files } = await handle(toBatch(values));
    const hashes = files.map(({ key, body }) => [
      key.replace(/\/.*\./, '.'),
      createHash('sha256').update(body).digest('hex').slice(0, 16),
    ]);
    expect(handler.version).toBe('8');
    expect(Object.fromEntries(hashes)).toMatchInlineSnapshot(`
      {
        "dead_letters.json": "03d1f0a3001bff5a",
        "tickets.parquet": "09099478f715fd97",
        "tickets_json.json": "4ef8eb3b20afbc2c",
      }
    `);
  });

  test('gives the same bytes in memory that was used before', async () => {
    const [first, second] = [toTicketBatch(generateTickets(300)), toTicketBatch(generateTickets(200), 1, 7n)];
    const fresh = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });
    await handle(first, fresh);
    const { files } = await handle(second, fresh);
    expect(files.map(({ body }) => Buffer.from(body))).toEqual(
      (await handle(second)).files.map(({ body }) => Buffer.from(body)),
    );
  });

  test('turns every record into one row or one dead letter, the same in both formats, under keys it named before', async () => {
    const tickets = generateTickets(40);
    const value = fc.oneof(
      fc.constantFrom(...tickets).map(encodeTicket),
      fc
        .tuple(fc.constantFrom(...tickets), fc.string({ unit: 'binary', minLength: 1 }))
        .map(([ticket, request]) => encodeTicket({ ...ticket, request })),
      fc.uint8Array({ maxLength: 20 }),
      fc.constant(null),
    );
    const values = fc.array(value, { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.nat(20),
        fc.bigInt(0n, 2n ** 62n),
        async (values, partition, startOffset) => {
          const batch = toBatch(values, partition, startOffset);
          const handled = await handle(batch);
          expect(await handle(batch)).toEqual(handled);

          const { files, rows, deadLetters } = handled;
          expect(handler.fileKeys(batch)).toEqual(expect.arrayContaining(files.map(({ key }) => key)));
          for (const { key } of files) {
            const prefixes = handler.partitionPrefixes(partition);
            expect(prefixes.filter((prefix) => key.startsWith(prefix))).toHaveLength(1);
          }
          const found: bigint[] = [];
          for (const { key, body } of files) {
            if (key.startsWith('dead_letters/')) {
              const lines = [
                ...Buffer.from(body)
                  .toString()
                  .matchAll(/"offset":"(\d+)"/g),
              ];
              expect(lines).toHaveLength(deadLetters);
              found.push(...lines.map(([, offset]) => BigInt(offset ?? 0)));
            } else if (key.endsWith('.parquet')) {
              const table = await parquetReadObjects({ file: toArrayBuffer(body) });
              expect(table).toHaveLength(rows);
              found.push(...table.map((row) => BigInt(row['kafka_offset'])));
              const lines = readLines(fileOf(handled, `${handler.fileKeys(batch)[0]}`).body);
              expect(lines).toEqual(
                table.map((row) => ({
                  ...row,
                  created_at: new Date(row['created_at']).toISOString(),
                  kafka_offset: Number(row['kafka_offset']),
                })),
              );
            }
          }
          expect(found.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
            [...batch.records].map(({ offset }) => offset),
          );
        },
      ),
    );
  });
});
