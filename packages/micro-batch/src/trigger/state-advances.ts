import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import type { BatchHandler } from '../ports/batch-handler.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStoreError } from '../ports/object-store.ts';
import type { PartitionOffsets, Source } from '../ports/source.ts';
import type { PartitionQuery } from './partition-query.ts';
import { settleAll } from './settle-all.ts';
import { listPartitions } from './source-calls.ts';

/** How a partition stood when it was looked at. Times are those of the monotonic clock. */
interface Standing {
  readonly endOffset: bigint;
  /** Since when all that its log holds is counted, as far as this consumer has seen; `undefined`: it is not. */
  readonly quietSince: number | undefined;
  /** When the handler was asked last. */
  readonly askedAt: number;
}

interface Due<State> {
  readonly query: PartitionQuery<State>;
  readonly isIdle: boolean;
}

/**
 * Lets states change between two records (`BatchHandler.advance`), each `idleMs` at most for a partition. That is where files hold all
 * that is counted: a takeover reads again from there, so it finds the change before any record that follows it.
 *
 * How long a partition has been idle is what this consumer has seen itself. Another one may have had a record since: then the swap is
 * lost.
 */
export class StateAdvances<State> {
  readonly #handler: BatchHandler<State>;
  readonly #checkpoints: CheckpointStore<State>;
  readonly #source: Source;
  readonly #clock: Clock;
  readonly #idleMs: number;
  #standings: ReadonlyMap<number, Standing> = new Map();

  constructor(options: {
    readonly handler: BatchHandler<State>;
    readonly checkpoints: CheckpointStore<State>;
    readonly source: Source;
    readonly clock: Clock;
    readonly idleMs: number;
  }) {
    this.#handler = options.handler;
    this.#checkpoints = options.checkpoints;
    this.#source = options.source;
    this.#clock = options.clock;
    this.#idleMs = options.idleMs;
  }

  /** `log`: as a trigger has just read it. Rejects as the store and the source do, once all partitions had their turn. */
  async look(
    queries: readonly PartitionQuery<State>[],
    log: ReadonlyMap<number, PartitionOffsets>,
  ): Promise<void> {
    const advance = this.#handler.advance?.bind(this.#handler);
    if (advance === undefined) return;
    const due = this.#due(queries, log);
    if (due.length === 0) return;
    const states = await this.#states(queries);
    const failures: ObjectStoreError[] = [];
    const swap = async ({ query, isIdle }: Due<State>): Promise<void> => {
      if (!query.isBetweenRecords) return;
      const others = [...states].flatMap(([partition, state]) =>
        partition === query.partition ? [] : [state],
      );
      await query.advance((state) => advance(state, { others, isIdle }));
    };
    await settleAll(due, swap, failures);
    for (const failure of failures) throw failure;
  }

  /** What is counted of all partitions, those of others too. */
  async #states(queries: readonly PartitionQuery<State>[]): Promise<ReadonlyMap<number, State>> {
    const own = new Map(queries.map(({ partition, checkpoint }) => [partition, checkpoint.counted.state]));
    const all = await listPartitions(this.#source);
    const read = async (partition: number): Promise<readonly [number, State]> => {
      const found = own.get(partition) ?? (await this.#checkpoints.read(partition))?.checkpoint.counted.state;
      return [partition, found ?? this.#handler.initialState];
    };
    return new Map(await Promise.all(all.map(read)));
  }

  #due(
    queries: readonly PartitionQuery<State>[],
    log: ReadonlyMap<number, PartitionOffsets>,
  ): readonly Due<State>[] {
    const now = this.#clock.monotonic();
    const looked = queries.map((query) => {
      const before = this.#standings.get(query.partition);
      const { endOffset } = query.checkpoint.counted;
      const isRead = query.buffer.endOffset === endOffset && log.get(query.partition)?.latest === endOffset;
      const since = before?.endOffset === endOffset ? before.quietSince : undefined;
      const quietSince = isRead && query.isLogSure ? (since ?? now) : undefined;
      const idleSince = quietSince === undefined ? Infinity : quietSince + this.#idleMs;
      const askedAt = before?.askedAt ?? -Infinity;
      const isDue = now - askedAt >= this.#idleMs || (now >= idleSince && askedAt < idleSince);
      return {
        query,
        endOffset,
        quietSince,
        askedAt,
        isIdle: now >= idleSince,
        isDue: isDue && query.isBetweenRecords,
      };
    });
    this.#standings = new Map(
      looked.map(({ query, isDue, ...each }) => [
        query.partition,
        { ...each, askedAt: isDue ? now : each.askedAt },
      ]),
    );
    return looked.filter(({ isDue }) => isDue);
  }
}
