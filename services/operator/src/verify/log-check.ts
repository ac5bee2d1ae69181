import type { Clock, PartitionCheckpoint, PartitionOffsets } from '@client-tickets/micro-batch';
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
 * asked again for `waitMs`. Only a topic that was recreated or cut back ends early for good; where the checkpoint has
 * recorded that already, it is no difference.
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
      const committed = checkpoints.get(partition)?.committed.endOffset;
      if (committed === undefined) {
        return latest > earliest
          ? [`partition ${partition} holds ${latest - earliest} offsets and has no checkpoint yet`]
          : [];
      }
      if (committed >= earliest) return [];
      return [`partition ${partition}: offsets ${committed}–${earliest - 1n} expired before they were read`];
    });
    return { log, differences, notes };
  }
}

function endsEarly(
  { partition, committed, gaps }: PartitionCheckpoint<unknown>,
  log: ReadonlyMap<number, PartitionOffsets>,
): readonly Difference[] {
  const latest = log.get(partition)?.latest ?? 0n;
  if (latest >= committed.endOffset || gaps.some(({ reason }) => reason === 'truncated')) return [];
  const message =
    `partition ${partition} is committed up to offset ${committed.endOffset}, but the log ends at ${latest}: ` +
    'the topic was recreated or cut back';
  return [{ code: 'log_ends_early', partition, message }];
}
