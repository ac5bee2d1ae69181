import { z } from 'zod';

/** One micro-batch, as the consumer logs it once it is committed; its counts may be published a moment later. */
export interface LoggedBatch {
  readonly batchId: number;
  /** When it was logged, in milliseconds since the epoch. */
  readonly at: number;
  readonly rows: number;
  /** Of its trigger. */
  readonly durationMs: number;
  readonly ends: readonly { readonly partition: string; readonly end: number }[];
}

const batchSchema = z.object({
  batchId: z.number(),
  time: z.string(),
  rows: z.number(),
  offsets: z.string(),
  durationMs: z.object({ triggerExecution: z.number() }),
});

/** The batches of a consumer's log, in its order. */
export function readBatches(log: string): readonly LoggedBatch[] {
  return log
    .slice(0, log.lastIndexOf('\n') + 1) // the last line may be half written
    .split('\n')
    .filter((line) => line.includes('"micro-batch"'))
    .map((line) => {
      const { batchId, time, rows, offsets, durationMs } = batchSchema.parse(JSON.parse(line));
      // `0: 100→150  2: 80→97`
      const ends = [...offsets.matchAll(/(\d+): \d+→(\d+)/g)].map(([, partition = '', end]) => ({
        partition,
        end: Number(end),
      }));
      return { batchId, at: Date.parse(time), rows, durationMs: durationMs.triggerExecution, ends };
    });
}
