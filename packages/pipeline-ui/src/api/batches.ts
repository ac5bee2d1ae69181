import { z } from 'zod';
import { deadLetterSchema } from './dead-letters.ts';
import { count, offset, time } from './scalars.ts';

const range = { partition: z.int(), startOffset: offset, endOffset: offset };

const milliseconds = z.number().min(0);

/** What one trigger counted, over the partitions that it had records of. */
export const batchSchema = z.object({
  key: z.string().describe('`<batchId>-<lowest partition>`: unique among all consumers'),
  batchId: z.int(),
  countedAt: time,
  rows: count,
  deadLetters: count,
  parts: z.array(z.object({ ...range, rows: count, deadLetters: count })),
  durationMs: z
    .object({
      latestOffset: milliseconds,
      getBatch: milliseconds,
      walCommit: milliseconds,
      addBatch: milliseconds,
      commitOffsets: milliseconds,
      triggerExecution: milliseconds,
    })
    .nullable()
    .describe("in Spark's phases; null for batches of other consumers and earlier runs"),
  storeRequests: z
    .record(z.string(), count)
    .nullable()
    .describe('requests to the object store by operation, since the batch before'),
});

export const batchesSchema = z.object({
  items: z.array(batchSchema),
  next: z.string().nullable().describe('pass as `before` for older ones; null: there are no more'),
  problem: z.string().nullable().describe('why batches may be missing'),
});

const scalar = z.union([z.string(), z.number()]);

/** One partition's part of a batch, as its checkpoint has it, with the first records of its files. */
export const batchDetailSchema = z.object({
  ...range,
  batchId: z.int(),
  countedAt: time,
  rows: count,
  deadLetters: count,
  stored: z
    .object({
      startOffset: offset,
      endOffset: offset,
      plannedAt: time,
      storedAt: time,
      files: z.array(z.object({ key: z.string(), size: count.describe('in bytes') })),
    })
    .nullable()
    .describe(
      'the files that hold the batch, which may hold many; null while they are being filled, or when it is long ago',
    ),
  resultsLocation: z.string(),
  records: z.array(
    z.object({
      offset,
      before: z.record(z.string(), scalar).describe('the record'),
      after: z.record(z.string(), scalar).describe('the row of the result file'),
    }),
  ),
  rejected: z.array(deadLetterSchema).describe('the first dead letters'),
  problem: z.string().nullable().describe('why records are not shown'),
});

export type Batch = z.infer<typeof batchSchema>;
export type Batches = z.infer<typeof batchesSchema>;
export type BatchDetail = z.infer<typeof batchDetailSchema>;
