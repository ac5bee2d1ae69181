import { createHash } from 'node:crypto';
import { deadLettersPrefix, MOST_HELD_BYTES, rowsPrefix } from '@client-tickets/results';
import { ticketQuery, parseTicket } from '@client-tickets/tickets';
import { hasKafka, hasS3, readJsonLines, type TestLocation } from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bytesOfKey, deadLetterLineSchema } from './dead-letter-line.ts';
import { createHostilePipeline } from './hostile-pipeline.ts';
import type { HostileMessage } from './hostile-topic.ts';
import { MEMORY_REPORT, readMostMemory } from './most-memory.ts';
import { sendEverything } from './all-messages.ts';

const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_126);
const FUZZED = Number(process.env['HOSTILE_MESSAGES'] ?? 1_000);
const MEGABYTE = 1_048_576;
const BROKER_LIMIT_BYTES = MEGABYTE + 12; // Kafka's `message.max.bytes`, of a batch as it is sent
/** Blanks that gzip makes small enough for any limit: sixteen times what the brokers mean to let through. */
const INFLATED_BYTES = 16 * MEGABYTE;

/**
 * What the consumer's container has (`mem_limit` in docker-compose.yml). A record is there several times while it is handled:
 * as fetched, as copied and, of a dead letter, in base64 as text, as line and as file.
 */
const MOST_MEGABYTES = 512;

describe.skipIf(!hasKafka || !hasS3)('hostile messages on real brokers', () => {
  test.each([
    { written: 'as clients compress them', compression: 'producer', fuzzed: FUZZED },
    { written: 'in zstd', compression: 'zstd', fuzzed: Math.round(FUZZED / 10) },
  ] as const)(
    `are all rows or dead letters with their very bytes, $written (seed ${SEED})`,
    async ({ compression, fuzzed }) => {
      const pipeline = await createHostilePipeline({
        maxMessageBytes: BROKER_LIMIT_BYTES,
        compression,
        environment: { MAX_OFFSETS_PER_TRIGGER: '0', NODE_OPTIONS: MEMORY_REPORT },
      });
      const { topic, location } = pipeline;
      await sendEverything(topic, {
        maxMessageBytes: BROKER_LIMIT_BYTES,
        inflatedBytes: INFLATED_BYTES,
        seed: SEED,
        fuzzed,
      });
      const output = await pipeline.run('consumer');
      await pipeline.run('operator', ['verify']);
      await expectAccountedFor(topic.sent, location);

      const peak = readMostMemory(output);
      console.info(`hostile messages, ${compression}: ${topic.sent.size} records, ${peak} MB at most`);
      expect(peak).toBeLessThan(MOST_MEGABYTES);
    },
  );
});

async function expectAccountedFor(
  sent: ReadonlyMap<string, HostileMessage>,
  location: TestLocation,
): Promise<void> {
  const store = await location.openResults();
  const rows = await readJsonLines(store, rowsPrefix(ticketQuery.table, 'json'));
  const letters = z.array(deadLetterLineSchema).parse(await readJsonLines(store, deadLettersPrefix()));
  const rowPlaces = rows.map((row) => `${String(row['kafka_partition'])}/${String(row['kafka_offset'])}`);
  const letterPlaces = letters.map(({ partition, offset }) => `${partition}/${offset}`);
  const isTicket = ({ value }: HostileMessage): boolean => parseTicket(value).ok;
  const placesOf = (keep: (message: HostileMessage) => boolean): readonly string[] =>
    [...sent].filter(([, message]) => keep(message)).map(([place]) => place);
  expect(rowPlaces.toSorted()).toEqual(placesOf(isTicket).toSorted());
  expect(letterPlaces.toSorted()).toEqual(placesOf((message) => !isTicket(message)).toSorted());

  for (const [index, row] of rows.entries()) {
    const verdict = parseTicket(sent.get(rowPlaces[index] ?? '')?.value ?? null);
    expect(row).toMatchObject(verdict.ok ? verdict.record : {});
  }
  for (const [index, letter] of letters.entries()) {
    const { key = null, value = null } = sent.get(letterPlaces[index] ?? '') ?? {};
    const asBase64 = (bytes: Uint8Array | null): string | null =>
      bytes === null ? null : Buffer.from(bytes).toString('base64');
    if (value !== null && value.length > MOST_HELD_BYTES) {
      const digest = createHash('sha256').update(value).digest('hex');
      expect(letter).toMatchObject({ value_base64: null, value_bytes: value.length, value_sha256: digest });
    } else {
      expect(letter.value_base64 === asBase64(value), letter.reason).toBe(true); // megabytes make no good message
    }
    expect(asBase64(bytesOfKey(letter)) === asBase64(key), letter.reason).toBe(true);
  }
}
