import type { Logger, PartitionOffsets } from '@client-tickets/micro-batch';
import { readFailure } from './failure.ts';
import { joinGroup, type GroupMember, type GroupMemberOptions } from './group-member.ts';
import { KafkaError } from './kafka-error.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { FetchedBatch } from './record-chunk.ts';
import { Watchdog } from './watchdog.ts';

export interface SupervisedMemberOptions extends Omit<GroupMemberOptions, 'on'> {
  /** Without a sign of life, or without progress where there is a backlog. */
  readonly stuckAfterMs: number;
  readonly stopTimeoutMs: number;
  readonly on: {
    assigned(partitions: readonly number[]): void;
    batch(batch: FetchedBatch): void | Promise<void>;
    /** It makes no sense to go on. Nothing follows. */
    gaveUp(error: KafkaError): void;
  };
}

export interface SupervisedMember extends Omit<GroupMember, 'leave'> {
  /** Something was read. */
  progressed(partition: number): void;
  /** What the brokers say of a partition that is being read from `position`. */
  known(partition: number, position: bigint, offsets: PartitionOffsets): void;
  /** No call of `on` comes after this one was made. */
  stop(): Promise<void>;
}

const WATCHDOG_CHECKS = 10;
const HEALTHY_AFTER_MS = 60_000;

/**
 * A group member that is replaced when it crashes or gets stuck.
 *
 * ```
 *   join ──► assigned ──► batches ──► …
 *    ▲                                 │ crash, or the watchdog finds it stuck
 *    └─────── wait, longer each time ◄─┘
 * ```
 */
export function superviseMember(options: SupervisedMemberOptions): SupervisedMember {
  const { topic, groupId, clock, logger, stuckAfterMs, stopTimeoutMs, on } = options;
  const stopping = new AbortController();
  const policy = new RestartPolicy(`reading ${topic} in the group ${groupId}`);
  let watchdog = new Watchdog(WATCHDOG_CHECKS);
  let member: GroupMember | undefined;
  const lives = liveOn();

  async function liveOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedAt = clock.monotonic();
      const error = await liveOnce();
      if (stopping.signal.aborted) return;
      if (clock.monotonic() - startedAt >= HEALTHY_AFTER_MS) policy.restore();
      const failure = readFailure(error);
      const decision = policy.judge(failure, error);
      if (decision.kind === 'give_up') {
        stopping.abort();
        on.gaveUp(decision.error);
        return;
      }
      warn(logger, options, failure.reason, decision.delayMs);
      await clock.sleep(decision.delayMs, stopping.signal);
    }
  }

  /** From joining to leaving. Resolves with what ended it. */
  async function liveOnce(): Promise<unknown> {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, stopping.signal]);
    watchdog = new Watchdog(WATCHDOG_CHECKS);
    const current = joinGroup({
      ...options,
      on: {
        assigned: (partitions) => {
          watchdog.assigned();
          on.assigned(partitions);
        },
        batch: (batch) => on.batch(batch),
        alive: () => watchdog.alive(),
        failed: (error) => ended.abort(error),
      },
    });
    member = current;
    while (!signal.aborted) {
      await clock.sleep(stuckAfterMs / WATCHDOG_CHECKS, signal);
      const trouble = signal.aborted ? undefined : watchdog.check();
      if (trouble !== undefined)
        ended.abort(new KafkaError('unavailable', `the consumer is stuck: ${trouble}`));
    }
    member = undefined;
    await current.leave(stopTimeoutMs);
    return ended.signal.reason;
  }

  return {
    seek: (partition, offset) => {
      watchdog.moved(partition);
      member?.seek(partition, offset);
    },
    pause: (partition) => {
      watchdog.moved(partition);
      member?.pause(partition);
    },
    resume: (partition) => {
      watchdog.moved(partition);
      member?.resume(partition);
    },
    commit: async (offsets) => {
      if (member === undefined)
        throw new KafkaError(
          'group_moved_on',
          'The consumer is being rebuilt after a failure; nothing was committed.',
        );
      await member.commit(offsets);
    },
    progressed: (partition) => {
      watchdog.moved(partition);
      policy.restore();
    },
    known: (partition, position, offsets) => watchdog.known(partition, position, offsets),
    stop: async () => {
      stopping.abort();
      await lives;
    },
  };
}

function warn(
  logger: Logger,
  { topic, groupId }: SupervisedMemberOptions,
  error: string,
  retryInMs: number,
): void {
  logger.warn({ topic, groupId, error, retryInMs }, 'the consumer failed; building a new one');
}
