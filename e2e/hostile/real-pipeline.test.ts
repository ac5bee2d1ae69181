import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { deadLettersPrefix, rowsPrefix } from '@client-tickets/results';
import { ticketQuery, parseTicket } from '@client-tickets/tickets';
import {
  createTestLocation,
  hasKafka,
  hasS3,
  startService,
  type TestLocation,
  uniqueName,
} from '@client-tickets/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bytesOfKey, deadLetterLineSchema } from './dead-letter-line.ts';
import { createHostileTopic, type HostileMessage, type HostileTopic } from './hostile-topic.ts';
import { readJsonLines } from './read-json-lines.ts';
import { sendEverything } from './all-messages.ts';

const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_126);
const FUZZED = Number(process.env['HOSTILE_MESSAGES'] ?? 1_000);
const MEGABYTE = 1_048_576;
const BROKER_LIMIT_BYTES = MEGABYTE + 12; // Kafka's `message.max.bytes`, of a batch as it is sent
/** Blanks that gzip makes small enough for any limit: sixteen times what the brokers mean to let through. */
const INFLATED_BYTES = 16 * MEGABYTE;
const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');

/**
 * What the consumer's container has (`mem_limit` in docker-compose.yml). A record is there several times while it is handled:
 * as fetched, as copied and, of a dead letter, in base64 as text, as line and as file.
 */
const MOST_MEGABYTES = 512;

const topics: HostileTopic[] = [];
const locations: TestLocation[] = [];
afterAll(async () => {
  for (const topic of topics) await topic.remove();
  for (const location of locations) await location.remove();
});

describe.skipIf(!hasKafka || !hasS3)('hostile messages on real brokers', () => {
  test.each([
    { written: 'as clients compress them', compression: 'producer', fuzzed: FUZZED },
    { written: 'in zstd', compression: 'zstd', fuzzed: Math.round(FUZZED / 10) },
  ] as const)(
    `are all rows or dead letters with their very bytes, $written (seed ${SEED})`,
    async ({ compression, fuzzed }) => {
      const topic = await createHostileTopic({
        brokers,
        topic: uniqueName('hostile'),
        maxMessageBytes: BROKER_LIMIT_BYTES,
        compression,
      });
      topics.push(topic);
      await sendEverything(topic, {
        maxMessageBytes: BROKER_LIMIT_BYTES,
        inflatedBytes: INFLATED_BYTES,
        seed: SEED,
        fuzzed,
      });
      const location = await createTestLocation('s3');
      locations.push(location);
      const environment = {
        RESULTS_PATH: location.RESULTS_PATH,
        CHECKPOINT_PATH: location.CHECKPOINT_PATH,
        KAFKA_TOPIC: topic.topic,
        KAFKA_GROUP_ID: uniqueName('hostile'),
        MAX_OFFSETS_PER_TRIGGER: '0',
        TRIGGER: 'availableNow',
        NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'report-memory.mjs')).href}`,
      };

      const consumer = startService('consumer', environment);
      expect(await consumer.ended, consumer.output()).toBe(0);
      const verify = startService('operator', environment, ['verify']);
      expect(await verify.ended, verify.output()).toBe(0);
      await expectAccountedFor(topic.sent, location);

      const peak = Number(/most memory: (\d+) MB/.exec(consumer.output())?.[1]);
      console.info(`hostile messages, ${compression}: ${topic.sent.size} records, ${peak} MB at most`);
      expect(peak).toBeLessThan(MOST_MEGABYTES);
    },
    120_000,
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
    expect(letter.value_base64 === asBase64(value), letter.reason).toBe(true); // megabytes make no good message
    expect(asBase64(bytesOfKey(letter)) === asBase64(key), letter.reason).toBe(true);
  }
}
