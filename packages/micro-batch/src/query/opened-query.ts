import { createCheckpointStore, type CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import type { PartitionQueryContext } from '../trigger/partition-query-context.ts';
import { logOf, positionIn } from '../ports/log-position.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import { openQuery, type QueryIdentity } from '../checkpoint/query-identity.ts';
import type { ResolvedQueryOptions } from './query-options.ts';
import { StateAdvances } from '../trigger/state-advances.ts';
import type { PartitionQuery } from '../trigger/partition-query.ts';
import { fetchOffsets, fetchOffsetsAt, listPartitions } from '../trigger/source-calls.ts';
import { resolveStartingOffsets } from './starting-offsets.ts';

/** What is fixed once the query has been opened. */
export interface OpenedQuery<State> {
  readonly identity: QueryIdentity;
  readonly checkpoints: CheckpointStore<State>;
  readonly context: PartitionQueryContext<State>;
  readonly advances: StateAdvances<State>;
  /** `availableNow`: where each partition ended at the start. Those that came later are left to the next run. */
  readonly targets: ReadonlyMap<number, bigint>;
}

/** Opens the checkpoint, or creates it. Rejects as `openQuery` does, and with `SourceUnavailable`. */
export async function openStreamingQuery<State>(
  options: ResolvedQueryOptions<State>,
  seek: (partition: number, offset: bigint) => void,
): Promise<OpenedQuery<State>> {
  const {
    source,
    handler,
    checkpoints: store,
    results,
    clock,
    newId,
    logger,
    startingOffsets,
    trigger,
    rollover,
    idleMs,
  } = options;
  const { topic } = source;
  const readLog = async (): Promise<ReadonlyMap<number, PartitionOffsets>> =>
    await fetchOffsets(source, await listPartitions(source));
  let createdId: string | undefined;
  const identity = await openQuery(store, results, {
    topic,
    handlerVersion: handler.version,
    settings: handler.settings,
    create: async () => {
      const log = await readLog();
      const findOffsetsAt = (timestamp: number): Promise<ReadonlyMap<number, bigint>> =>
        fetchOffsetsAt(source, timestamp, [...log.keys()]);
      createdId = newId();
      return {
        id: createdId,
        startingOffsets: await resolveStartingOffsets(startingOffsets, topic, log, findOffsetsAt),
        createdAt: new Date(clock.now()).toISOString(),
      };
    },
  });
  const queryId = identity.id;
  if (startingOffsets.kind !== 'earliest') {
    const { createdAt } = identity;
    const begins = Object.fromEntries(identity.startingOffsets);
    if (queryId === createdId)
      logger.info({ topic, startingOffsets, begins }, 'the new checkpoint begins there');
    else
      logger.info(
        { topic, createdAt, begins },
        'starting offsets and timestamps are for a new checkpoint; this one goes on where it stands',
      );
  }
  const parseState = (value: unknown): State => handler.parseState(value);
  const checkpoints = createCheckpointStore({ store, topic, queryId, parseState });
  const targets = new Map<number, bigint>();
  if (trigger.kind === 'availableNow') {
    for (const [partition, { latest }] of await readLog()) targets.set(partition, latest);
  }
  const firstOffset = async (partition: number): Promise<bigint> =>
    identity.startingOffsets.get(partition) ??
    (await fetchOffsets(source, [partition])).get(partition)?.earliest ??
    0n;
  const context = { queryId, topic, handler, checkpoints, results, clock, rollover, firstOffset, seek };
  const advances = new StateAdvances({ handler, checkpoints, source, clock, idleMs });
  return { identity, checkpoints, context, advances, targets };
}

/** The position that a run reads to, of a log's end that was noted in offsets. */
export function targetOf<State>(
  { partition, checkpoint: { counted } }: PartitionQuery<State>,
  targets: ReadonlyMap<number, bigint>,
): bigint {
  return positionIn(logOf(counted.endOffset), targets.get(partition) ?? 0n);
}
