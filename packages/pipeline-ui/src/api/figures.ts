import { z } from 'zod';
import { count, time } from './scalars.ts';

const rate = z.number().min(0).describe('records per second');

/** One second of this consumer; rates and durations are over the last few seconds before it. */
export const pointSchema = z.object({
  at: z.int().describe('seconds since the epoch'),
  inputRowsPerSecond: rate,
  processedRowsPerSecond: rate
    .nullable()
    .describe('while a trigger was running; null when none was: it could do more than the input rate'),
  batchDurationMs: z.number().min(0).nullable(),
  lag: count.nullable().describe('records that wait in the partitions of this consumer'),
});

/** The same over the last quarter of an hour, oldest first, as columns of equal length. */
export const historySchema = z.object({
  at: z.array(z.int()),
  inputRowsPerSecond: z.array(rate),
  processedRowsPerSecond: z.array(rate.nullable()),
  batchDurationMs: z.array(z.number().min(0).nullable()),
  lag: z.array(count.nullable()),
});

const latencySchema = z
  .object({ records: count, p50Seconds: z.number().min(0), p99Seconds: z.number().min(0) })
  .nullable();

/** How old records are when they are counted, and when they can be seen in files; in this consumer's partitions. */
const freshnessSchema = z.object({
  counted: latencySchema.describe(
    'from when records were produced to when they were counted, over the last minute; null: there were none. A backlog is left out',
  ),
  stored: latencySchema.describe(
    'the same to when they were in a file that can be seen, over the last ten minutes',
  ),
  isCatchingUp: z.boolean().describe('what waited before this consumer came is being read'),
  backlogRecords: count.describe('records that were counted as part of a backlog since the start'),
  oldestUncountedAt: time
    .nullable()
    .describe('when the oldest record was produced that was read and is not counted'),
});

/** The numbers that say how it goes. */
export const figuresSchema = z.object({
  point: pointSchema,
  lastTriggerAt: time.nullable().describe('the last trigger that went through, with or without records'),
  rows: count
    .nullable()
    .describe('records of the query counted so far by all consumers; null while the counts are not known'),
  deadLetters: count.nullable().describe('rejected so far by all consumers'),
  storedDeadLetters: count.nullable().describe('those that are in files already, so that they can be read'),
  sentBackDeadLetters: count.describe('those that were sent to the topic again'),
  lag: count.nullable().describe('records that wait, over all partitions; null while one is unknown'),
  freshness: freshnessSchema,
  filling: z
    .object({
      records: count,
      bytes: count.describe('of the largest file of each partition of this consumer'),
      since: time,
      until: time
        .nullable()
        .describe('when the next of these files is finished at the latest; null: not known here'),
    })
    .nullable()
    .describe('what all consumers have counted and is in no file yet; null: everything is'),
  table: z
    .object({
      version: count,
      files: count,
      bytes: count,
      smallFiles: count.describe('those below 64 MiB, which `tickets optimize` merges'),
    })
    .nullable()
    .describe('the Delta Lake table of the results; null: there is none, or it has not been read yet'),
  groupRowsPerSecond: rate
    .nullable()
    .describe('counted by all consumers lately; null when this consumer has all partitions'),
  limit: z
    .object({ recordsPerTrigger: count, recordsPerSecond: rate })
    .nullable()
    .describe('set while records wait only because each trigger takes no more than this'),
  unknownFields: z
    .array(z.object({ name: z.string(), count }))
    .describe(
      'how many records had which fields that the query does not declare, as this consumer has read them since its start; past 32 names they are `other`',
    ),
  viewers: count.describe('open event streams'),
});

export type Point = z.infer<typeof pointSchema>;
export type History = z.infer<typeof historySchema>;
export type Figures = z.infer<typeof figuresSchema>;
