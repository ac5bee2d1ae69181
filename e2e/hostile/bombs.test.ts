import { deadLettersPrefix, rowsPrefix } from '@client-tickets/results';
import { createTicketGenerator, encodeTicket, ticketQuery } from '@client-tickets/tickets';
import { hasKafka, hasS3, readJsonLines } from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { BATCH_CODECS, encodeCompressedBatch } from './compressed-batch.ts';
import { createHostilePipeline } from './hostile-pipeline.ts';
import { MEMORY_REPORT, readMostMemory } from './most-memory.ts';
import { produceRaw } from './raw-produce.ts';

const MIB = 1024 * 1024;
/** Three times what KAFKA_MAX_BATCH_BYTES allows by default. */
const BOMB_BYTES = 96 * MIB;
/** snappy makes a twentieth of anything, at best. */
const BROKER_LIMIT_BYTES = 8 * MIB;
const PARTITION = 2;
/** What the consumer's container has. */
const MOST_MEGABYTES = 512;

describe.skipIf(!hasKafka || !hasS3)('a record batch that decompresses to more than it may', () => {
  test.each(BATCH_CODECS)(
    'in $name stops the consumer by name, costs no ticket before it, and can be written off as one dead letter',
    async ({ written, compression }) => {
      const pipeline = await createHostilePipeline({
        maxMessageBytes: BROKER_LIMIT_BYTES,
        compression,
        environment: { NODE_OPTIONS: MEMORY_REPORT },
      });
      const { brokers, topic, location } = pipeline;
      const generator = createTicketGenerator({ seed: 1, startTime: new Date(Date.UTC(2026, 0, 1)) });
      const sendTickets = (count: number): Promise<void> =>
        topic.send(
          PARTITION,
          Array.from({ length: count }, () => ({ key: null, value: encodeTicket(generator.next()) })),
        );
      const rowOffsets = async (): Promise<readonly unknown[]> => {
        const rows = await readJsonLines(await location.openResults(), rowsPrefix(ticketQuery.table, 'json'));
        return rows.map((row) => row['kafka_offset']);
      };
      await sendTickets(3);
      const batch = await encodeCompressedBatch(written, [
        { offsetDelta: 0, value: Buffer.alloc(BOMB_BYTES) },
      ]);
      await produceRaw({ brokers, topic: topic.topic, partition: PARTITION, batch });
      await sendTickets(2);

      const stopped = pipeline.start('consumer');
      expect(await stopped.ended, stopped.output()).toBe(1);
      expect(stopped.output()).toContain(
        `The record batch at offsets 3 to 3 of ${topic.topic}, partition 2, can't be read`,
      );
      expect(stopped.output()).toContain('it decompresses to more than');
      expect(stopped.output()).toContain('KAFKA_UNREADABLE_BATCHES=dead-letter');
      expect(readMostMemory(stopped.output())).toBeLessThan(MOST_MEGABYTES);

      const output = await pipeline.run('consumer', [], { KAFKA_UNREADABLE_BATCHES: 'dead-letter' });
      expect(readMostMemory(output)).toBeLessThan(MOST_MEGABYTES);
      expect(await rowOffsets()).toEqual([0, 1, 2, 4, 5]);
      const letters = await readJsonLines(await location.openResults(), deadLettersPrefix());
      expect(letters).toMatchObject([{ offset: '3', value_base64: null, unreadable_batch: true }]);
      expect(await pipeline.run('operator', ['verify'])).not.toContain('no record was compared');
      const requeue = pipeline.start('operator', ['dead-letters', 'requeue', '2:3', '--force', '--yes']);
      expect(await requeue.ended).toBe(1);
      expect(requeue.output()).toContain('2:3 stands for a record batch that could not be read');
    },
  );
});
