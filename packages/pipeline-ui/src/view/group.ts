import {
  createCheckpointStore,
  listCheckpoints,
  partitionCheckpointKey,
  readQuery,
  type Clock,
  type CountedBatch,
  type EventTimeStatus,
  type ObjectStore,
  type OffsetRange,
  type PartitionStatus,
  type Source,
  type StoredCheckpoint,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import type { Batch, Partitions } from '../api/index.ts';
import { assembleBatchRows, type TriggerMeasure } from '../batches/batch-rows.ts';
import type { KnownObjects } from '../stores/known-objects.ts';
import { createPolled } from '../stores/polled.ts';
import { isAtRest, lookAtOther, lookAtOwn, NOTHING_READ, type ReadPartition } from './checkpoint-looks.ts';
import { OTHERS_EVERY_MS } from './look-again.ts';
import { showPartition } from './show-partition.ts';

/** What the UI asks of the log. */
export type LogOffsets = Pick<Source, 'listPartitions' | 'fetchOffsets'>;

/** Who reads each partition, by the name that the group knows it by. */
export type GroupMembers = () => Promise<ReadonlyMap<number, string>>;

/**
 * The whole group: all partitions with their batches and files, of every consumer. What this consumer does is reported to it, and the
 * checkpoints of its own partitions are read once. It reads those of others itself to publish and to see whether they are read on, and
 * that is taken in every two seconds while a page is open. The store is asked for what is known too long: `OTHERS_EVERY_MS` where the
 * log holds more than is counted, or files are open; or else `QUIET_EVERY_MS`.
 */
export interface GroupView {
  /** Reads again what may have changed. Never rejects; costs nothing when nothing can have changed. */
  refresh(): Promise<void>;
  addBatch(partition: number, batch: CountedBatch): void;
  addFiles(partition: number, files: StoredFiles): void;
  partitions(): Partitions;
  /** Newest first; `perPartition` bounds how many of each partition. */
  batchRows(perPartition?: number): readonly Batch[];
  /** The latest ones of a partition, oldest first. */
  batches(partition: number): readonly CountedBatch[];
  files(partition: number): readonly StoredFiles[];
  /** Others have counted something just now, or are about to: published files may change. */
  readonly areOthersAtWork: boolean;
  /** Why something may be old or missing. */
  readonly problem: string | null;
}

/** How the group is known. */
export interface ReadGroup {
  readonly topic: string;
  /** Only read from. */
  readonly checkpoints: ObjectStore;
  readonly clock: Clock;
  /** For partitions of other consumers: their end of the log. The query's own source will do. */
  readonly log?: LogOffsets | undefined;
  /** What the group calls this consumer. Default: `this consumer`. */
  readonly member?: string | undefined;
  /** Who has the partitions of others. */
  readonly groupMembers?: GroupMembers | undefined;
}

export interface GroupViewOptions extends Omit<ReadGroup, 'checkpoints'> {
  readonly checkpoints: KnownObjects;
  readonly owned: () => readonly PartitionStatus[];
  /** While paused, this consumer's query does not ask how far the log has grown. */
  readonly isPaused: () => boolean;
  readonly measures: () => readonly TriggerMeasure[];
  /** What the state of a checkpoint tells of event time; `undefined`: nothing. */
  readonly eventTimeOf: (state: unknown) => EventTimeStatus | undefined;
  /** How many dead letters of a partition were sent to the topic again. */
  readonly sentBack: (partition: number) => number;
  /** Files of others can be seen that could not before. */
  readonly onOthersStored: () => void;
}

const CHECKPOINTS_EVERY_MS = 1_000;
const PARTITIONS_EVERY_MS = 15_000;
const OFFSETS_EVERY_MS = 2_000;
const MEMBERS_EVERY_MS = 5_000;

export function createGroupView(options: GroupViewOptions): GroupView {
  const { topic, checkpoints, clock, log, member = 'this consumer', groupMembers } = options;
  const { owned, isPaused, measures, sentBack, eventTimeOf: parseState, onOthersStored } = options;
  const partitions = new Map<number, ReadPartition>();
  let queryId: string | undefined;
  /** Monotonic time at which the checkpoint of another consumer was last found to be another one. */
  let othersChangedAt = -Infinity;

  const list = createPolled({
    clock,
    everyMs: PARTITIONS_EVERY_MS,
    // Without the log, only partitions that had a batch are known.
    read: () => (log === undefined ? listCheckpoints(checkpoints.reads, topic) : log.listPartitions()),
  });
  const offsets = createPolled({
    clock,
    everyMs: OFFSETS_EVERY_MS,
    read: async () => {
      const mine = ownedByPartition();
      const asked = isPaused() ? known() : known().filter((partition) => !mine.has(partition));
      return log === undefined || asked.length === 0 ? new Map<number, never>() : log.fetchOffsets(asked);
    },
  });
  const members = createPolled({
    clock,
    everyMs: MEMBERS_EVERY_MS,
    read: async () => (groupMembers === undefined ? new Map<number, string>() : groupMembers()),
  });
  const checkpointReads = createPolled({
    clock,
    everyMs: CHECKPOINTS_EVERY_MS,
    read: readDueCheckpoints,
  });

  function ownedByPartition(): ReadonlyMap<number, PartitionStatus> {
    return new Map(owned().map((status) => [status.partition, status]));
  }

  function known(): readonly number[] {
    const all = new Set([...(list.value ?? []), ...owned().map(({ partition }) => partition)]);
    return [...all].sort((a, b) => a - b);
  }

  function partitionOf(partition: number): ReadPartition {
    const found = partitions.get(partition) ?? NOTHING_READ;
    partitions.set(partition, found);
    return found;
  }

  /** How long what is known of the checkpoint is good for; `undefined`: what was made of it last is still good. */
  function lookAt(partition: number, status: PartitionStatus | undefined, now: number): number | undefined {
    const read = partitionOf(partition);
    if (status !== undefined) return lookAtOwn(read, status, now);
    const key = partitionCheckpointKey(topic, partition);
    const latest = { at: checkpoints.knownAt(key), version: checkpoints.versionOf(key) };
    return lookAtOther(read, latest, offsets.value?.get(partition), now);
  }

  async function readDueCheckpoints(): Promise<void> {
    const mine = ownedByPartition();
    const now = clock.monotonic();
    const due = known().flatMap((partition) => {
      const maxAgeMs = lookAt(partition, mine.get(partition), now);
      return maxAgeMs === undefined ? [] : [{ partition, maxAgeMs }];
    });
    if (due.length === 0) return;
    queryId ??= (await readQuery(checkpoints.knownFor(OTHERS_EVERY_MS), topic))?.id;
    if (queryId === undefined) return; // nothing has been started yet
    const query = { topic, queryId, parseState };
    const reads = await Promise.allSettled(
      due.map(async ({ partition, maxAgeMs }) => {
        const store = checkpoints.knownFor(maxAgeMs);
        const before = {
          version: checkpoints.versionOf(partitionCheckpointKey(topic, partition)),
          offsets: offsets.value?.get(partition),
        };
        takeIn(partition, await createCheckpointStore({ ...query, store }).read(partition), before);
      }),
    );
    for (const read of reads) if (read.status === 'rejected') throw read.reason;
  }

  function takeIn(
    partition: number,
    found: StoredCheckpoint<EventTimeStatus | undefined> | undefined,
    knownBefore: Pick<ReadPartition, 'version' | 'offsets'>,
  ): void {
    const last = partitionOf(partition);
    const isMine = ownedByPartition().has(partition);
    const readAt = clock.monotonic();
    if (!isMine && last.readAt !== undefined && last.etag !== found?.etag) {
      othersChangedAt = readAt;
      if (last.checkpoint?.stored.endOffset !== found?.checkpoint.stored.endOffset) onOthersStored();
    }
    partitions.set(partition, {
      ...knownBefore,
      checkpoint: found?.checkpoint,
      etag: found?.etag,
      readAt,
      isReadAsOwner: isMine,
      batches: mergeLatest(last.batches, found?.checkpoint.recentBatches ?? []),
      files: mergeLatest(last.files, found?.checkpoint.recentFiles ?? []),
    });
  }

  function areOthersAtWork(): boolean {
    const mine = ownedByPartition();
    const others = known().filter((partition) => !mine.has(partition));
    // Twice, so that there is a look after what they do next: publish what they have counted.
    if (others.length > 0 && clock.monotonic() - othersChangedAt < 2 * OTHERS_EVERY_MS) return true;
    return others.some(
      (partition) => !isAtRest(partitions.get(partition)?.checkpoint, offsets.value?.get(partition)),
    );
  }

  const batches = (partition: number): readonly CountedBatch[] => partitions.get(partition)?.batches ?? [];
  const problem = (): string | null =>
    checkpointReads.problem ?? list.problem ?? offsets.problem ?? members.problem ?? null;

  return {
    async refresh() {
      const listed = list.refresh();
      if (list.value === undefined) await listed;
      await Promise.all([checkpointReads.refresh(), offsets.refresh(), members.refresh()]);
    },
    addBatch(partition, batch) {
      const found = partitionOf(partition);
      partitions.set(partition, { ...found, batches: mergeLatest(found.batches, [batch]) });
    },
    addFiles(partition, files) {
      const found = partitionOf(partition);
      partitions.set(partition, { ...found, files: mergeLatest(found.files, [files]) });
    },
    partitions() {
      const mine = ownedByPartition();
      const items = known().map((partition) =>
        showPartition({
          partition,
          owned: mine.get(partition),
          checkpoint: partitions.get(partition)?.checkpoint,
          // Of others both are from the same moment: or else what they count meanwhile would look like lag.
          offsets: mine.has(partition)
            ? offsets.value?.get(partition)
            : (partitions.get(partition)?.offsets ?? offsets.value?.get(partition)),
          // What the group said a few seconds ago may be from before we got it.
          owner: mine.has(partition) ? member : members.value?.get(partition),
          countedAt: batches(partition).at(-1)?.at,
          storedAt: partitions.get(partition)?.files.at(-1)?.storedAt,
          sentBack: sentBack(partition),
        }),
      );
      return { items, problem: problem() };
    },
    batchRows(perPartition = Infinity) {
      const latest = [...partitions].map(
        ([partition, each]) => [partition, each.batches.slice(-perPartition)] as const,
      );
      return assembleBatchRows(new Map(latest), measures());
    },
    batches,
    files: (partition) => partitions.get(partition)?.files ?? [],
    get areOthersAtWork() {
      return areOthersAtWork();
    },
    get problem() {
      return problem();
    },
  };
}

/** Of batches, and of ranges of files; as many as a checkpoint names. */
const KEPT = 100;

/** Ranges of one partition never overlap, so where one begins tells which it is. */
function mergeLatest<T extends OffsetRange>(known: readonly T[], added: readonly T[]): readonly T[] {
  const starts = new Set(known.map(({ startOffset }) => startOffset));
  const fresh = added.filter(({ startOffset }) => !starts.has(startOffset));
  if (fresh.length === 0) return known;
  return [...known, ...fresh].sort((a, b) => (a.startOffset < b.startOffset ? -1 : 1)).slice(-KEPT);
}
