import type { PartitionQuery } from './partition-query.ts';
import type { Each } from './settle-all.ts';
import type { TriggerContext } from './trigger-context.ts';

/**
 * Waits until there are the records of the next batches, or it has taken too long. What is counted and not stored, as after a
 * takeover, goes into the open files as it comes, however much it is.
 */
export async function waitForRecords<State>(options: {
  readonly context: TriggerContext<State>;
  readonly ready: readonly PartitionQuery<State>[];
  /** Where batches may end, by partition. */
  readonly ends: ReadonlyMap<number, bigint>;
  readonly maxBytes: number;
  readonly each: Each;
  /** How long it may take, in milliseconds. Default: `recordsWaitMs`. */
  readonly waitMs?: number;
}): Promise<void> {
  const { context, ready, ends, maxBytes, each } = options;
  const { clock, wakeup, limits, owns, isStopping } = context;
  const deadline = clock.monotonic() + Math.min(limits.recordsWaitMs, options.waitMs ?? Infinity);
  const isSatisfied = (query: PartitionQuery<State>): boolean => {
    const { buffer } = query;
    if (buffer.jumps.length > 0 || !owns(query)) return true;
    if (!query.isWhole) return query.hasOtherRecords;
    return buffer.endOffset >= (ends.get(query.partition) ?? 0n) || buffer.bytes >= maxBytes;
  };
  while (!isStopping()) {
    const behind = ready.filter((query) => !query.isWhole);
    const refilled = await each(behind, async (query) => {
      await query.refill(maxBytes);
      return query;
    });
    if (behind.length > 0) context.regulate();
    const failed = behind.filter((query) => !refilled.includes(query));
    if (ready.every((query) => isSatisfied(query) || failed.includes(query))) return;
    const left = deadline - clock.monotonic();
    if (left <= 0) return;
    await wakeup.wait(clock, left);
  }
}
