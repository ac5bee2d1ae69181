import { createCheckpointStore } from '../checkpoint/checkpoint-store.ts';
import { dataLossError, LOSS_ADVICE, findExpired, findTruncated } from '../trigger/data-loss.ts';
import { logOf, offsetsIn } from '../ports/log-position.ts';
import { QueryError } from '../ports/query-error.ts';
import type { RecordMark } from '../checkpoint/record-mark.ts';
import type { FilePlan, Loss, LossDecision } from '../checkpoint/partition-checkpoint.ts';
import { PartitionQuery } from '../trigger/partition-query.ts';
import type { PartitionQueryContext } from '../trigger/partition-query-context.ts';
import { EVERY_BATCH } from '../trigger/rollover.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import { openQuery, readOwner, readQuery, type QueryIdentity } from '../checkpoint/query-identity.ts';
import type { StreamingQueryOptions } from './query-options.ts';
import { scratchStore } from './scratch-store.ts';
import { SourceUnavailable } from '../trigger/source-calls.ts';
import { resolveStartingOffsets, type FindOffsetsAt } from './starting-offsets.ts';

export interface StartPreviewOptions<State> extends Pick<
  StreamingQueryOptions<State>,
  'handler' | 'checkpoints' | 'results' | 'clock' | 'newId'
> {
  readonly topic: string;
  /** Where the log of each partition begins and ends. `undefined`: the brokers did not answer. */
  readonly log: ReadonlyMap<number, PartitionOffsets> | undefined;
  /** As `resolveStartingOffsets` asks for it. */
  readonly findOffsetsAt: FindOffsetsAt;
  readonly startingOffsets: NonNullable<StreamingQueryOptions<State>['startingOffsets']>;
  readonly failOnDataLoss: boolean;
  /** As in `StreamingQueryOptions`. */
  readonly lossAdvice?: string;
}

/** What would become of one partition. */
export interface PartitionPreview {
  readonly partition: number;
  /** False: it has no checkpoint yet and begins. */
  readonly isStored: boolean;
  /** The first offset that would be read. */
  readonly offset: bigint;
  /** The record before it, which would be compared with the log's; `null`: none was read. */
  readonly lastRecord: RecordMark | null;
  /** Counting would go on there; what lies before it and was not stored would be read again, for the files alone. */
  readonly countedOffset: bigint;
  /** Files that were decided on; they would be made first. */
  readonly planned: FilePlan | null;
  /**
   * What is lost, as far as it shows without reading. With `failOnDataLoss` the start would end there, unless a person has decided.
   */
  readonly loss: Loss | undefined;
  readonly decision: LossDecision | null;
  /** In positions, as `offset`. */
  readonly log: PartitionOffsets | undefined;
}

export interface StartPreview {
  /** `undefined`: refused. */
  readonly identity: QueryIdentity | undefined;
  /** Whether the start would create the query, and whether it would claim the results. */
  readonly createsQuery: boolean;
  readonly claimsResults: boolean;
  readonly partitions: readonly PartitionPreview[];
  /** Why the start would end. */
  readonly refusals: readonly QueryError[];
}

/**
 * What a start would find and do, by the same checks that the start makes; nothing is written. Rejects with
 * `SourceUnavailable` when a new query would need the log's offsets and there are none, and as the stores do.
 */
export async function previewStart<State>(options: StartPreviewOptions<State>): Promise<StartPreview> {
  const { topic, log, handler, results, checkpoints: store, clock, failOnDataLoss } = options;
  const createsQuery = (await readQuery(store, topic).catch(refusal)) === undefined;
  const claimsResults = (await readOwner(results).catch(refusal)) === undefined;
  const opened = await open(options).catch(refusal);
  if (opened instanceof QueryError) {
    return {
      identity: undefined,
      createsQuery: false,
      claimsResults: false,
      partitions: [],
      refusals: [opened],
    };
  }
  const context: PartitionQueryContext<State> = {
    queryId: opened.id,
    topic,
    handler,
    checkpoints: createCheckpointStore({
      store,
      topic,
      queryId: opened.id,
      parseState: (value) => handler.parseState(value),
    }),
    results,
    clock,
    rollover: EVERY_BATCH, // nothing is planned here
    firstOffset: async (partition) =>
      opened.startingOffsets.get(partition) ?? log?.get(partition)?.earliest ?? 0n,
    seek: () => undefined,
  };
  const partitions: PartitionPreview[] = [];
  const refusals: QueryError[] = [];
  for (const partition of [...(log ?? opened.startingOffsets).keys()].sort((a, b) => a - b)) {
    const preview = await previewPartition(context, partition, log?.get(partition)).catch(refusal);
    if (preview instanceof QueryError) {
      refusals.push(preview);
      continue;
    }
    partitions.push(preview);
    if (preview.loss !== undefined && preview.decision === null && failOnDataLoss)
      refusals.push(dataLossError(topic, partition, preview.loss, options.lossAdvice ?? LOSS_ADVICE));
  }
  return { identity: opened, createsQuery, claimsResults, partitions, refusals };
}

/** A `QueryError` is what the preview is about; anything else is not. */
function refusal(error: unknown): QueryError {
  if (error instanceof QueryError) return error;
  throw error;
}

function open<State>(options: StartPreviewOptions<State>): Promise<QueryIdentity> {
  const { topic, log, handler, checkpoints, results, newId, clock, startingOffsets, findOffsetsAt } = options;
  return openQuery(scratchStore(checkpoints), scratchStore(results), {
    topic,
    handlerVersion: handler.version,
    settings: handler.settings,
    create: async () => {
      if (log === undefined) throw new SourceUnavailable(`the offsets of ${topic} are not known`);
      return {
        id: newId(),
        startingOffsets: await resolveStartingOffsets(startingOffsets, topic, log, findOffsetsAt),
        createdAt: new Date(clock.now()).toISOString(),
      };
    },
  });
}

async function previewPartition<State>(
  context: PartitionQueryContext<State>,
  partition: number,
  found: PartitionOffsets | undefined,
): Promise<PartitionPreview> {
  const query = await PartitionQuery.open(context, partition);
  await query.settle(); // steps over what is recorded as lost of a plan
  const { checkpoint, isStored, buffer } = query;
  const { planned, stopped } = checkpoint;
  const offset = buffer.endOffset;
  const log = found && offsetsIn(logOf(offset), found);
  const loss = stopped ?? (log && (findExpired([], offset, log) ?? findTruncated(checkpoint, log)));
  const { stored, counted } = checkpoint;
  return {
    partition,
    isStored,
    offset,
    countedOffset: counted.endOffset,
    lastRecord: stored.lastRecord,
    planned,
    loss,
    decision: stopped?.decision ?? null,
    log,
  };
}
