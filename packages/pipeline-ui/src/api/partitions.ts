import { z } from 'zod';
import { count, offset, time } from './scalars.ts';

export const partitionSchema = z.object({
  partition: z.int(),
  mine: z.boolean().describe('owned by the consumer that answers'),
  owner: z.string().nullable().describe('null when it is not known'),
  firstOffset: offset.nullable().describe('where the query began; null before the first batch'),
  countedOffset: offset.nullable().describe('everything before it is counted'),
  countedAt: time.nullable(),
  storedOffset: offset.nullable().describe('everything before it is in files that can be seen'),
  storedAt: time.nullable(),
  openSince: time
    .nullable()
    .describe('when the first record was counted that is in no file yet; null: all are'),
  openBytes: count
    .nullable()
    .describe('how large the largest file is that is being filled; null when another consumer fills it'),
  openUntil: time
    .nullable()
    .describe(
      'when that file is finished at the latest, if it does not reach its size before; null: none, or not known here',
    ),
  earliestOffset: offset.nullable(),
  latestOffset: offset.nullable(),
  lag: count.nullable(),
  batchId: z.int().nullable(),
  planned: z
    .object({ startOffset: offset, endOffset: offset, at: time })
    .nullable()
    .describe('files that were decided on and cannot be seen yet'),
  rows: count.describe('counted'),
  deadLetters: count,
  storedDeadLetters: count.describe('those that are in files already, so that they can be read'),
  sentBackDeadLetters: count.describe('those that were sent to the topic again'),
  emptyOffsets: count.describe('offsets without a record: compacted away, or transaction markers'),
  eventTime: z
    .object({
      watermark: time.nullable().describe('windows that end by then are closed; null: there is none yet'),
      openWindows: count,
      late: count.describe('records that came after their window was closed, and are in none'),
      forced: count.describe('windows that were closed before their time, as too many were open'),
    })
    .nullable()
    .describe('null where the query counts by no windows, or before that was read'),
  gaps: z.array(
    z.object({
      startOffset: offset,
      endOffset: offset,
      reason: z.enum(['expired', 'replaced']),
      at: time,
    }),
  ),
});

/** All partitions of the topic, those of other consumers too. */
export const partitionsSchema = z.object({
  items: z.array(partitionSchema),
  problem: z.string().nullable().describe('why some of it may be old or missing'),
});

export type Partition = z.infer<typeof partitionSchema>;
export type Partitions = z.infer<typeof partitionsSchema>;
