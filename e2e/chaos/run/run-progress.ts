import { partitionCheckpointKey, type ObjectStore } from '@client-tickets/micro-batch';
import { readPublishedCounts } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { z } from 'zod';

const checkpointSchema = z.object({
  stored: z.object({ endOffset: z.coerce.number(), totals: z.object({ rows: z.number() }) }),
  stopped: z.object({ decision: z.string().nullable() }).nullable(),
  gaps: z.array(
    z.object({ startOffset: z.coerce.number(), endOffset: z.coerce.number(), isCounted: z.boolean() }),
  ),
});

/** How far a partition's checkpoint is. */
export interface PartitionProgress {
  readonly partition: number;
  /** A position: those of a log that replaced another one follow it. */
  readonly endOffset: number;
  /** Rows in all files. */
  readonly rows: number;
  /** For a data loss, and nothing was decided about it. */
  readonly isStopped: boolean;
  /** What was counted, and went with its log before it was in a file. */
  readonly unstored: readonly { readonly startOffset: number; readonly endOffset: number }[];
}

/** Of all partitions; `undefined` when the store can't be read just now. */
export async function readCommitted(
  store: ObjectStore,
  topic: string,
  partitions: number,
): Promise<readonly PartitionProgress[] | undefined> {
  try {
    return await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const object = await store.get(`checkpoints/${partitionCheckpointKey(topic, partition)}`);
        if (object === undefined) return { partition, endOffset: 0, rows: 0, isStopped: false, unstored: [] };
        const { stored, stopped, gaps } = checkpointSchema.parse(
          JSON.parse(Buffer.from(object.body).toString()),
        );
        const { endOffset, totals } = stored;
        const unstored = gaps.filter(({ isCounted }) => isCounted);
        return { partition, endOffset, rows: totals.rows, isStopped: stopped?.decision === null, unstored };
      }),
    );
  } catch {
    return undefined;
  }
}

/** How many tickets all files of published counts name at least; `undefined` when the store can't be read just now. */
export async function readPublished(store: ObjectStore): Promise<number | undefined> {
  try {
    const results = { get: (key: string) => store.get(`results/${key}`) };
    const published = await readPublishedCounts(results, ticketQuery.countsFiles);
    const sums = published.map((file) =>
      Object.values(file.kind === 'read' ? file.counts : {}).reduce((sum, count) => sum + count, 0),
    );
    return Math.min(...sums);
  } catch {
    return undefined;
  }
}
