import { partitionCheckpointKey, type ObjectStore } from '@client-tickets/micro-batch';
import { readPublishedCounts } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { z } from 'zod';

const checkpointSchema = z.object({ committed: z.object({ endOffset: z.coerce.number() }) });

/** How many records of the topic are committed; `undefined` when the store can't be read just now. */
export async function readCommitted(
  store: ObjectStore,
  topic: string,
  partitions: number,
): Promise<number | undefined> {
  try {
    const ends = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const object = await store.get(`checkpoints/${partitionCheckpointKey(topic, partition)}`);
        if (object === undefined) return 0;
        return checkpointSchema.parse(JSON.parse(Buffer.from(object.body).toString())).committed.endOffset;
      }),
    );
    return ends.reduce((sum, end) => sum + end, 0);
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
