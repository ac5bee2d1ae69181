import { min } from './bigints.ts';
import type { PartitionQuery } from './partition-query.ts';
import type { Phase } from './progress.ts';
import type { Each } from './settle-all.ts';
import type { TriggerContext } from './trigger-context.ts';
import { waitForRecords } from './wait-for-records.ts';

/**
 * Lets filled batches grow to where they may end: what a trigger takes is what was there when it began, and not what fits into memory.
 * Each round takes as much as may be in memory at once. A partition whose records do not come stays as it is, and the others go on.
 *
 * Whether more is left that belongs to this trigger, as it has taken long or as files are full, and is to be taken at once. Not so with a
 * limit: a batch is as large as people have said, however long that takes, and not larger.
 */
export async function growBatches<State>(options: {
  readonly context: TriggerContext<State>;
  readonly queries: readonly PartitionQuery<State>[];
  /** Where batches may end, by partition. */
  readonly ends: ReadonlyMap<number, bigint>;
  readonly maxBytes: number;
  /** When the trigger began, by the monotonic clock. */
  readonly startedAt: number;
  readonly each: Each;
  readonly timed: <T>(phase: Phase, work: () => Promise<T>) => Promise<T>;
}): Promise<boolean> {
  const { context, queries, ends, maxBytes, startedAt, each, timed } = options;
  const { clock, limits, owns, isStopping } = context;
  const isLimited = limits.maxOffsetsPerTrigger > 0;
  const left = (query: PartitionQuery<State>): bigint =>
    (ends.get(query.partition) ?? 0n) - query.buffer.startOffset;

  let growing = queries;
  while (!isStopping()) {
    growing = growing.filter((query) => left(query) > 0n && query.mayGrow && owns(query));
    if (growing.length === 0) break;
    const waitMs = isLimited ? undefined : startedAt + limits.countEveryMs - clock.monotonic();
    if (waitMs !== undefined && waitMs <= 0) return true;
    const ready = growing;
    context.regulate();
    await timed('getBatch', () =>
      waitForRecords({ context, ready, ends, maxBytes, each, ...(waitMs !== undefined && { waitMs }) }),
    );
    const grown = await timed('addBatch', () =>
      each(ready, async (query) => {
        const end = min(ends.get(query.partition) ?? 0n, query.buffer.endWithin(maxBytes));
        if (end <= query.buffer.startOffset || !query.mayGrow || !owns(query)) return [];
        query.grow(end);
        await query.filled[0]?.handled.catch(() => undefined); // heard of when it is counted
        return [query];
      }),
    );
    growing = grown.flat();
  }
  const isLeft = (query: PartitionQuery<State>): boolean =>
    left(query) > 0n && query.buffer.endOffset > query.buffer.startOffset && owns(query);
  return !isLimited && !isStopping() && queries.some(isLeft);
}
