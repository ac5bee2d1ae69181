import type { Counted } from '../checkpoint/partition-checkpoint.ts';
import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import { countedStates } from './counted-states.ts';
import type { GroupOffsets } from './group-offsets.ts';
import { KnownPartitions } from './known-partitions.ts';
import type { PartitionQuery } from '../trigger/partition-query.ts';
import type { Clock } from '../ports/clock.ts';
import type { PublishOptions, ResultPublisher } from '../ports/result-publisher.ts';
import type { Source } from '../ports/source.ts';

/** While the query catches up, all is published so often. */
const WHOLE_EVERY_MS = 1_000;

/**
 * Shows readers what was counted, one publication at a time, and then tells the group.
 *
 * A publication may go on while the next trigger runs: it holds states that were counted when it began, and the protocol
 * has several consumers publish at once anyway. Each one is waited for before the next begins, so a failure is reported one
 * trigger later at the most, and what it was to publish is still news then.
 */
export class Publication<State> {
  readonly #publisher: ResultPublisher<State>;
  readonly #groupOffsets: GroupOffsets;
  readonly #partitions: KnownPartitions;
  readonly #clock: Clock;
  /** When all was published last, with nothing left out, by the monotonic clock. */
  #wholeAt = -Infinity;
  /** Where each owned partition was, and with which state, when all of the merged state was last published. */
  #published: ReadonlyMap<number, Counted<State>> = new Map();
  #underWay: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly source: Source;
    readonly publisher: ResultPublisher<State>;
    readonly groupOffsets: GroupOffsets;
    readonly clock: Clock;
  }) {
    this.#partitions = new KnownPartitions(options.source, options.clock);
    this.#publisher = options.publisher;
    this.#groupOffsets = options.groupOffsets;
    this.#clock = options.clock;
  }

  /** Whether readers see the partition up to here. */
  has(partition: number, endOffset: bigint): boolean {
    return this.#published.get(partition)?.endOffset === endOffset;
  }

  /** Resolves when nothing is under way; rejects, once, as the publisher has. */
  async done(): Promise<void> {
    const last = this.#underWay;
    this.#underWay = Promise.resolve();
    await last;
  }

  /**
   * Begins, if a partition has moved or changed since the last time, once what is under way is done; rejects if that has failed. Also for
   * batches that another run counted, or whose swap was found out only afterwards: they may not have been published.
   * `moreFollows`: the next trigger has something to do at once, so it will publish, too.
   */
  async begin(
    checkpoints: CheckpointStore<State>,
    owned: readonly PartitionQuery<State>[],
    { moreFollows }: Required<PublishOptions>,
  ): Promise<void> {
    await this.done();
    const mayWait = moreFollows && this.#clock.monotonic() - this.#wholeAt < WHOLE_EVERY_MS;
    this.#underWay = this.#publish(checkpoints, owned, { moreFollows: mayWait });
    this.#underWay.catch(() => undefined); // heard of through `done` and the next `begin`
  }

  async #publish(
    checkpoints: CheckpointStore<State>,
    owned: readonly PartitionQuery<State>[],
    options: Required<PublishOptions>,
  ): Promise<void> {
    const startedAt = this.#clock.monotonic();
    const counted = new Map(
      owned.filter((query) => query.isStored).map((query) => [query.partition, query.checkpoint.counted]),
    );
    const isSame = ([partition, { endOffset, state }]: [number, Counted<State>]): boolean =>
      this.has(partition, endOffset) && this.#published.get(partition)?.state === state;
    if ([...counted].every(isSame)) return;
    const states = countedStates(checkpoints, owned, this.#partitions);
    await this.#publisher.publish(states, options);
    if (!options.moreFollows) {
      this.#published = counted;
      this.#wholeAt = startedAt;
    }
    this.#groupOffsets.commit(
      new Map([...counted].map(([partition, { endOffset }]) => [partition, endOffset])),
    );
  }
}
