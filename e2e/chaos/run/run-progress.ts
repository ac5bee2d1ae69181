import { partitionCheckpointKey, type ObjectStore } from '@client-tickets/micro-batch';
import { z } from 'zod';

const checkpointSchema = z.object({ committed: z.object({ endOffset: z.coerce.number() }) });
const countSchema = z.object({ ticket_count: z.number() });

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
    const sums = await Promise.all(
      ['ticket_counts', 'ticket_counts_by_team', 'ticket_counts_by_priority'].map(async (folder) => {
        const object = await store.get(`results/${folder}/part-00000.json`);
        const lines = Buffer.from(object?.body ?? []).toString();
        const counts = lines.split('\n').filter(Boolean);
        return counts.reduce((sum, line) => sum + countSchema.parse(JSON.parse(line)).ticket_count, 0);
      }),
    );
    return Math.min(...sums);
  } catch {
    return undefined;
  }
}
