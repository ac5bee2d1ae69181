import * as fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { handleBatch } from '@client-tickets/micro-batch/testing';
import { RecordList, type MicroBatch, type SourceRecord } from '@client-tickets/micro-batch';
import { createQueryHandler, deadLettersPrefix, rowsPrefix } from '@client-tickets/results';
import { ticketQuery, encodeTicket, parseTicket } from '@client-tickets/tickets';
import { bytesOfKey, deadLetterLineSchema } from './dead-letter-line.ts';
import { hostileCorpus } from './hostile-corpus.ts';
import { hostileKey, hostileValue } from './hostile-fuzz.ts';
import { sizeCases } from './hostile-size.ts';

const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_126);
const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 300);
const BROKER_LIMIT_BYTES = 1_048_588; // Kafka's `message.max.bytes`
const topic = 'client_tickets';
const handler = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });

interface Message {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** Some messages at offsets with a gap after each third, as compaction and transactions leave them. */
function toBatch(messages: readonly Message[]): MicroBatch {
  const records = messages.map(({ key, value }, index): SourceRecord => ({
    offset: BigInt(index + Math.floor(index / 3)),
    timestamp: Date.UTC(2026, 10, 22),
    key,
    value,
  }));
  const endOffset = (records.at(-1)?.offset ?? -1n) + 1n;
  return { topic, partition: 1, startOffset: 0n, endOffset, records: RecordList.of(records) };
}

/**
 * Handles a batch and holds its files to the messages: each is a row in both formats, with what `parseTicket` makes of it,
 * or a dead letter with its bytes. Returns how many were accounted for.
 */
async function accountFor(messages: readonly Message[]): Promise<number> {
  const batch = toBatch(messages);
  const { files, rows, deadLetters } = await handleBatch(handler, batch, handler.initialState);
  const bodyOf = (prefix: string): Uint8Array | undefined =>
    files.find(({ key }) => key.startsWith(prefix))?.body;
  const lines = readLines(bodyOf(rowsPrefix(ticketQuery.table, 'json')));
  const parquet = bodyOf(rowsPrefix(ticketQuery.table, 'parquet'));
  const table =
    parquet === undefined
      ? []
      : await parquetReadObjects({
          file: Uint8Array.from(parquet).buffer,
          parsers: { stringFromBytes, timestampFromMicroseconds },
        });
  const letters = z.array(deadLetterLineSchema).parse(readLines(bodyOf(deadLettersPrefix())));

  const verdicts = [...batch.records].map((record) => ({ record, verdict: parseTicket(record.value) }));
  const right = verdicts.filter(({ verdict }) => verdict.ok);
  const wrong = verdicts.filter(({ verdict }) => !verdict.ok);
  expect([rows, deadLetters]).toEqual([right.length, wrong.length]);
  expect(lines.map(({ kafka_offset }) => kafka_offset)).toEqual(
    right.map(({ record }) => Number(record.offset)),
  );
  expect(lines.map((line) => parseTicket(Buffer.from(JSON.stringify(line))))).toMatchObject(
    right.map(({ verdict }) => ({ ok: true, record: verdict.ok ? verdict.record : undefined })),
  );
  expect(
    table.map((row) => ({
      ...row,
      kafka_offset: Number(row['kafka_offset']),
    })),
  ).toEqual(lines);
  expect(letters.map(({ offset }) => BigInt(offset))).toEqual(wrong.map(({ record }) => record.offset));
  for (const [index, letter] of letters.entries()) {
    const { key = null, value = null } = wrong[index]?.record ?? {};
    expect(letter.value_base64).toBe(value === null ? null : Buffer.from(value).toString('base64'));
    expect(bytesOfKey(letter)).toEqual(key === null ? null : Buffer.from(key));
    expect(letter.reason).toMatch(/^[\x20-\x7e\u00a1-\u02af]{1,3000}$/);
  }
  return lines.length + letters.length;
}

/** Also a byte order mark is text. */
function stringFromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** As JSON lines have it. */
function timestampFromMicroseconds(value: bigint): string {
  const micros = ((value % 1000n) + 1000n) % 1000n;
  const text = new Date(Number((value - micros) / 1000n)).toISOString();
  return micros === 0n ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

function readLines(body: Uint8Array | undefined): readonly Record<string, unknown>[] {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body ?? new Uint8Array());
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const largeCases = sizeCases(BROKER_LIMIT_BYTES);

describe('the record path', () => {
  test('has a corpus whose cases are named once each', () => {
    const names = [...hostileCorpus, ...largeCases].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([...hostileCorpus, ...largeCases])('takes "$name" for a $becomes', ({ value, becomes }) => {
    expect(parseTicket(value)).toMatchObject({ ok: becomes === 'ticket' });
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test('makes a row or a dead letter of every case, all in one batch', async () => {
    const key = Buffer.from('CL-417');
    const messages = [...hostileCorpus, ...largeCases].map(({ value }) => ({ key, value }));
    expect(await accountFor(messages)).toBe(messages.length);
  });

  test('makes a row or a dead letter of whatever comes', async () => {
    const message = fc.record({ key: hostileKey, value: hostileValue });
    const property = fc.asyncProperty(fc.array(message, { maxLength: 30 }), async (messages) => {
      expect(await accountFor(messages)).toBe(messages.length);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  });

  test('takes a ticket that it has read and written for the same ticket', () => {
    fc.assert(
      fc.property(hostileValue, (value) => {
        const verdict = parseTicket(value);
        if (verdict.ok)
          expect(parseTicket(encodeTicket(verdict.record))).toMatchObject({ record: verdict.record });
      }),
      { seed: SEED, numRuns: RUNS * 5 },
    );
  });
});
