import { createCheckpointStore, type CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import type { PartitionQueryContext } from '../trigger/partition-query-context.ts';
import { logOf, positionIn } from '../ports/log-position.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import { openQuery, type QueryIdentity } from '../checkpoint/query-identity.ts';
import type { ResolvedQueryOptions } from './query-options.ts';
import type { PartitionQuery } from '../trigger/partition-query.ts';
import { fetchOffsets, listPartitions } from '../trigger/source-calls.ts';
import { resolveStartingOffsets } from './starting-offsets.ts';

/** What is fixed once the query has been opened. */
export interface OpenedQuery<State> {
  readonly identity: QueryIdentity;
  readonly checkpoints: CheckpointStore<State>;
  readonly context: PartitionQueryContext<State>;
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
    startingOffsets,
    trigger,
    rollover,
  } = options;
  const { topic } = source;
  const readLog = async (): Promise<ReadonlyMap<number, PartitionOffsets>> =>
    await fetchOffsets(source, await listPartitions(source));
  const identity = await openQuery(store, results, {
    topic,
    handlerVersion: handler.version,
    settings: handler.settings,
    create: async () => ({
      id: newId(),
      startingOffsets: resolveStartingOffsets(startingOffsets, topic, await readLog()),
      createdAt: new Date(clock.now()).toISOString(),
    }),
  });
  const queryId = identity.id;
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
  return { identity, checkpoints, context, targets };
}

/** The position that a run reads to, of a log's end that was noted in offsets. */
export function targetOf<State>(
  { partition, checkpoint: { counted } }: PartitionQuery<State>,
  targets: ReadonlyMap<number, bigint>,
): bigint {
  return positionIn(logOf(counted.endOffset), targets.get(partition) ?? 0n);
}
