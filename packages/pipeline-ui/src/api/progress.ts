import { z } from 'zod';

const topicOffsets = z.record(z.string(), z.record(z.string(), z.string()));
const rate = z.number();

/** One trigger in the shape of Spark's `StreamingQueryProgress`. */
export const queryProgressSchema = z.object({
  id: z.string(),
  runId: z.string(),
  name: z.string(),
  timestamp: z.iso.datetime(),
  batchId: z.int(),
  batchDuration: z.number(),
  numInputRows: z.int(),
  inputRowsPerSecond: rate,
  processedRowsPerSecond: rate,
  durationMs: z.record(z.string(), z.number()),
  eventTime: z.record(z.string(), z.iso.datetime()).optional(),
  stateOperators: z.array(
    z.object({ numRowsDroppedByWatermark: z.int(), customMetrics: z.record(z.string(), z.int()) }),
  ),
  sources: z.array(
    z.object({
      description: z.string(),
      startOffset: topicOffsets,
      endOffset: topicOffsets,
      latestOffset: topicOffsets,
      numInputRows: z.int(),
      inputRowsPerSecond: rate,
      processedRowsPerSecond: rate,
      metrics: z.record(z.string(), z.string()),
    }),
  ),
  sink: z.object({ description: z.string(), numOutputRows: z.int(), numDeadLetters: z.int() }),
  observedMetrics: z.record(z.string(), z.record(z.string(), z.number())),
});

export const progressSchema = z.object({
  latest: queryProgressSchema.nullable(),
  recent: z.array(queryProgressSchema).describe('of this run, oldest first'),
});
