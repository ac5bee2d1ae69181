import {
  offsetInLog,
  type Clock,
  type PartitionCheckpoint,
  type PartitionOffsets,
} from '@client-tickets/micro-batch';
import type { TopicOffsets } from '../topic/topic-access.ts';
import type { Difference } from './difference.ts';

const PAUSE_MS = 500;

export interface LogCheck {
  /** `undefined`: the brokers did not answer. */
  readonly log: ReadonlyMap<number, PartitionOffsets> | undefined;
  readonly differences: readonly Difference[];
  readonly notes: readonly string[];
}

/**
 * Whether the log holds all that is committed. A log may seem to end early for a moment after a change of leader, so it is
 * asked again for `waitMs`. Only a topic that was recreated or cut back ends early for good.
 */
export async function checkLog(
  offsets: TopicOffsets,
  checkpoints: ReadonlyMap<number, PartitionCheckpoint<unknown>>,
  { clock, waitMs }: { readonly clock: Clock; readonly waitMs: number },
): Promise<LogCheck> {
  const deadline = clock.monotonic() + waitMs;
  for (;;) {
    let log: ReadonlyMap<number, PartitionOffsets>;
    try {
      log = await offsets.read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { log: undefined, differences: [], notes: [`the log was not compared: ${reason}`] };
    }
    const differences = [...checkpoints.values()].flatMap((checkpoint) => endsEarly(checkpoint, log));
    if (differences.length > 0 && clock.monotonic() < deadline) {
      await clock.sleep(PAUSE_MS);
      continue;
    }
    const notes = [...log].flatMap(([partition, { earliest, latest }]) => {
      const position = checkpoints.get(partition)?.counted.endOffset;
      if (position === undefined) {
        return latest > earliest
          ? [`partition ${partition} holds ${latest - earliest} offsets and has no checkpoint yet`]
          : [];
      }
      const committed = offsetInLog(position);
      if (committed >= earliest) return [];
      return [`partition ${partition}: offsets ${committed}–${earliest - 1n} expired before they were read`];
    });
    return { log, differences, notes };
  }
}

function endsEarly(
  { partition, counted }: PartitionCheckpoint<unknown>,
  log: ReadonlyMap<number, PartitionOffsets>,
): readonly Difference[] {
  const latest = log.get(partition)?.latest ?? 0n;
  const endOffset = offsetInLog(counted.endOffset);
  if (latest >= endOffset) return [];
  const message =
    `partition ${partition} is committed up to offset ${endOffset}, but the log ends at ${latest}: ` +
    'the topic was recreated or cut back';
  return [{ code: 'log_ends_early', partition, message }];
}
