import type { CheckpointStore } from './checkpoint-store.ts';
import { withDecision, type LossDecision, type Stop } from './partition-checkpoint.ts';

/**
 * Writes down what a person has decided about the loss that stopped a partition; the query acts on it when it starts next. A
 * record that was not read stays unread after that: `expired` ones, and with `latest` also what the new log holds already.
 * The stop as it is now, or `undefined`: the partition is not stopped. Rejects as the store does.
 */
export async function decideDataLoss<State>(
  checkpoints: CheckpointStore<State>,
  partition: number,
  decision: LossDecision,
): Promise<Stop | undefined> {
  for (;;) {
    const stored = await checkpoints.read(partition);
    if (stored === undefined || stored.checkpoint.stopped === null) return undefined;
    const swapped = await checkpoints.swap(withDecision(stored.checkpoint, decision), stored.etag);
    if (swapped !== undefined) return swapped.checkpoint.stopped ?? undefined;
  }
}
