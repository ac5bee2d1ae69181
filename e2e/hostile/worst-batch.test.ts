import { hasKafka, hasS3, serviceProgram, startProcess } from '@client-tickets/testkit';
import { describe, expect, test } from 'vitest';
import { BATCH_CODECS, encodeCompressedBatch, type BatchCodec } from './compressed-batch.ts';
import { createHostilePipeline } from './hostile-pipeline.ts';
import { MEMORY_REPORT, readMostMemory } from './most-memory.ts';
import { produceRaw } from './raw-produce.ts';
import { WORST_VALUES } from './worst-values.ts';

const MIB = 1024 * 1024;
/** KAFKA_MAX_BATCH_BYTES by default, less what records take beside their values. */
const BATCH_BYTES = 32 * MIB - 4096;
/** What the consumer's container has; Node.js gives half of that to the heap. */
const MOST_MEGABYTES = 512;
const IMAGE_FLAGS = [
  '--initial-old-space-size=32',
  '--no-maglev',
  `--max-old-space-size=${MOST_MEGABYTES / 2}`,
];
const PARTITION = 0;

const NONE: BatchCodec = { name: 'none', written: 'none', compression: 'producer' };
const [GZIP = NONE] = BATCH_CODECS;
/** All of them take three minutes; by default each codec has its turn, and the values that take most. */
const isWanted = ({ holds }: { readonly holds: string }): boolean =>
  process.env['E2E_WORST_BATCHES'] === 'all' || ['one ticket', 'records without a value'].includes(holds);
const CASES = [
  ...[NONE, ...BATCH_CODECS.slice(1)].map((codec) => ({ codec, holds: 'one ticket' })),
  ...Object.keys(WORST_VALUES).map((holds) => ({ codec: GZIP, holds })),
]
  .filter(isWanted)
  .map((each) => ({ ...each, name: each.codec.name }));

describe.skipIf(!hasKafka || !hasS3)('the largest record batch that is allowed', () => {
  test.each(CASES)('is read within the memory of the container: $holds, $name', async ({ codec, holds }) => {
    const { brokers, topic, environment } = await createHostilePipeline({
      maxMessageBytes: BATCH_BYTES + MIB,
      compression: codec.compression,
      environment: { MAX_OFFSETS_PER_TRIGGER: '0' },
    });
    const values = WORST_VALUES[holds]?.(BATCH_BYTES) ?? [];
    const records = values.map((value, offsetDelta) => ({ offsetDelta, value }));
    const batch = await encodeCompressedBatch(codec.written, records);
    await produceRaw({ brokers, topic: topic.topic, partition: PARTITION, batch });

    const consumer = startProcess({
      name: 'consumer',
      args: [...IMAGE_FLAGS, ...serviceProgram('consumer')],
      environment: {
        ...process.env,
        ...environment,
        HTTP_PORT: '0',
        NODE_OPTIONS: `--max-semi-space-size=4 ${MEMORY_REPORT}`,
      },
    });
    expect(await consumer.ended, consumer.output()).toBe(0);
    const peak = readMostMemory(consumer.output());
    console.info(
      `${holds}, ${codec.name}: ${records.length} records, ${batch.length} bytes sent, ${peak} MB at most`,
    );
    expect(peak).toBeLessThan(MOST_MEGABYTES);
  });
});
