import { z } from 'zod';
import { count, offset, time } from './scalars.ts';

export const partitionSchema = z.object({
  partition: z.int(),
  mine: z.boolean().describe('owned by the consumer that answers'),
  owner: z.string().nullable().describe('null when it is not known'),
  firstOffset: offset.nullable().describe('where the query began; null before the first batch'),
  committedOffset: offset.nullable(),
  committedAt: time.nullable(),
  earliestOffset: offset.nullable(),
  latestOffset: offset.nullable(),
  lag: count.nullable(),
  batchId: z.int().nullable(),
  planned: z
    .object({ batchId: z.int(), startOffset: offset, endOffset: offset, at: time })
    .nullable()
    .describe('a batch that was decided on and is not committed yet'),
  rows: count,
  deadLetters: count,
  emptyOffsets: count.describe('offsets without a record: compacted away, or transaction markers'),
  gaps: z.array(
    z.object({
      startOffset: offset,
      endOffset: offset,
      reason: z.enum(['expired', 'replaced']),
      at: time,
    }),
  ),
});

/** All partitions of the topic, whoever owns them. */
export const partitionsSchema = z.object({
  items: z.array(partitionSchema),
  problem: z.string().nullable().describe('why some of it may be old or missing'),
});

export type Partition = z.infer<typeof partitionSchema>;
export type Partitions = z.infer<typeof partitionsSchema>;
