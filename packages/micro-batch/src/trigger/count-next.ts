import {
  withBatch,
  withPlan,
  type CountedBatch,
  type PartitionCheckpoint,
} from '../checkpoint/partition-checkpoint.ts';
import type { EventTimes, Observations } from '../ports/batch-handler.ts';
import type { FilledBatch } from './file-filling.ts';
import { nameFailure } from './name-failure.ts';
import type { ProducedTimes } from './produced-times.ts';
import { isFileDue, type Rollover } from './rollover.ts';

/** A batch that this consumer has counted. */
export interface CountedPart extends CountedBatch {
  readonly observations: Observations;
  readonly events: EventTimes | undefined;
  readonly produced: ProducedTimes;
}

/** Whether nothing more may come into files that end there: the query ends, or leaves behind what is lost. */
export type MustEnd = (endOffset: bigint) => boolean;

export interface CountedCheckpoint<State> {
  readonly checkpoint: PartitionCheckpoint<State>;
  /** `undefined`: no batch was filled. */
  readonly part: CountedPart | undefined;
}

/**
 * The checkpoint with the first filled batch counted, if there is one, and with a plan where files are due; the same one when
 * there is nothing to do. Rejects as the batch has.
 */
export async function countNext<State>(
  checkpoint: PartitionCheckpoint<State>,
  options: {
    readonly batches: readonly FilledBatch<State>[];
    /** How large the open files are, asked once the batch is in them. */
    readonly openBytes: () => number;
    readonly batchId: number;
    readonly logId: string | undefined;
    readonly rollover: Rollover;
    readonly mustEnd: MustEnd;
    readonly at: string;
  },
): Promise<CountedCheckpoint<State>> {
  const { batches, openBytes, rollover, mustEnd, at } = options;
  const [batch, ...more] = batches;
  const part = batch && (await countBatch(checkpoint, batch, options));
  const next = part?.checkpoint ?? checkpoint;
  const { openSince, counted } = next;
  const isDue =
    openSince !== null &&
    next.planned === null &&
    more.length === 0 && // what is filled ahead is in the same files
    isFileDue(rollover, {
      now: Date.parse(at),
      openSince: Date.parse(openSince),
      countedAt: Date.parse(counted.at),
      bytes: openBytes(),
      mustEnd: mustEnd(counted.endOffset),
    });
  return { checkpoint: isDue ? withPlan(next, at) : next, part: part?.part };
}

async function countBatch<State>(
  checkpoint: PartitionCheckpoint<State>,
  batch: FilledBatch<State>,
  {
    batchId,
    logId,
    at,
  }: { readonly batchId: number; readonly logId: string | undefined; readonly at: string },
): Promise<{ readonly checkpoint: PartitionCheckpoint<State>; readonly part: CountedPart }> {
  const { startOffset, endOffset, lastRecord, handled, produced } = batch;
  const { partition } = checkpoint;
  const { state, rows, deadLetters, observations, events } = await nameFailure(partition, batch, handled);
  const outcome = { batchId, endOffset, state, rows, deadLetters, lastRecord, logId };
  const part = { batchId, startOffset, endOffset, rows, deadLetters, at, observations, events, produced };
  return { checkpoint: withBatch(checkpoint, outcome, at), part };
}
