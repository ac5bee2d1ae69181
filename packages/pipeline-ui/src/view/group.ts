import {
  createCheckpointStore,
  listCheckpoints,
  logOf,
  offsetInLog,
  positionIn,
  readQuery,
  type Clock,
  type CountedBatch,
  type EventTimeStatus,
  type ObjectStore,
  type OffsetRange,
  type PartitionCheckpoint,
  type PartitionOffsets,
  type PartitionStatus,
  type Source,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import type { Batch, Partition, Partitions } from '../api/index.ts';
import { assembleBatchRows, type TriggerMeasure } from '../batches/batch-rows.ts';
import { createPolled } from '../stores/polled.ts';

/** What the UI asks of the log. */
export type LogOffsets = Pick<Source, 'listPartitions' | 'fetchOffsets'>;

/** Who reads each partition, by the name that the group knows it by. */
export type GroupMembers = () => Promise<ReadonlyMap<number, string>>;

/**
 * The whole group: all partitions with their batches and files, of every consumer. What this consumer does is reported to it; the
 * checkpoints of its own partitions are read once, those of others every two seconds while a page is open.
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

export interface GroupViewOptions extends ReadGroup {
  readonly owned: () => readonly PartitionStatus[];
  /** While paused, this consumer's query does not ask how far the log has grown. */
  readonly isPaused: () => boolean;
  readonly measures: () => readonly TriggerMeasure[];
  /** What the state of a checkpoint tells of event time; `undefined`: nothing. */
  readonly eventTimeOf: (state: unknown) => EventTimeStatus | undefined;
  /** How many dead letters of a partition were sent to the topic again. */
  readonly sentBack: (partition: number) => number;
}

const CHECKPOINTS_EVERY_MS = 1_000;
const PARTITIONS_EVERY_MS = 15_000;
const OFFSETS_EVERY_MS = 2_000;
const MEMBERS_EVERY_MS = 5_000;

export function createGroupView(options: GroupViewOptions): GroupView {
  const { topic, checkpoints, clock, log, member = 'this consumer', groupMembers } = options;
  const { owned, isPaused, measures, sentBack, eventTimeOf: parseState } = options;
  const partitions = new Map<number, ReadPartition>();
  let queryId: string | undefined;

  const list = createPolled({
    clock,
    everyMs: PARTITIONS_EVERY_MS,
    // Without the log, only partitions that had a batch are known.
    read: () => (log === undefined ? listCheckpoints(checkpoints, topic) : log.listPartitions()),
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
    const found = partitions.get(partition) ?? {
      checkpoint: undefined,
      readAt: undefined,
      isReadAsOwner: false,
      batches: [],
      files: [],
    };
    partitions.set(partition, found);
    return found;
  }

  async function readDueCheckpoints(): Promise<void> {
    const mine = ownedByPartition();
    const now = clock.monotonic();
    const due = known().filter((partition) => isReadDue(partitionOf(partition), mine.get(partition), now));
    if (due.length === 0) return;
    queryId ??= (await readQuery(checkpoints, topic))?.id;
    if (queryId === undefined) return; // nothing has been started yet
    const store = createCheckpointStore({ store: checkpoints, topic, queryId, parseState });
    const reads = await Promise.allSettled(
      due.map(async (partition) => {
        const found = (await store.read(partition))?.checkpoint;
        const known = partitionOf(partition);
        partitions.set(partition, {
          checkpoint: found,
          readAt: clock.monotonic(),
          isReadAsOwner: ownedByPartition().has(partition),
          batches: mergeLatest(known.batches, found?.recentBatches ?? []),
          files: mergeLatest(known.files, found?.recentFiles ?? []),
        });
      }),
    );
    for (const read of reads) if (read.status === 'rejected') throw read.reason;
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
        toPartition({
          partition,
          owned: mine.get(partition),
          checkpoint: partitions.get(partition)?.checkpoint,
          offsets: offsets.value?.get(partition),
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
    get problem() {
      return problem();
    },
  };
}

/** What is known of a partition from its checkpoint, and from what this consumer has done. */
interface ReadPartition {
  /** As last read; `undefined` when there was none yet. Counts in it are not read here: the published ones are shown. */
  readonly checkpoint: PartitionCheckpoint<EventTimeStatus | undefined> | undefined;
  /** Monotonic time of that. */
  readonly readAt: number | undefined;
  /** Whether it was read since this consumer got the partition. */
  readonly isReadAsOwner: boolean;
  /** The latest ones, oldest first. */
  readonly batches: readonly CountedBatch[];
  readonly files: readonly StoredFiles[];
}

/** Of batches, and of ranges of files; as many as a checkpoint names. */
const KEPT = 100;
const OTHERS_EVERY_MS = 2_000;
const OWN_EVERY_MS = 5_000;

/** Ranges of one partition never overlap, so where one begins tells which it is. */
function mergeLatest<T extends OffsetRange>(known: readonly T[], added: readonly T[]): readonly T[] {
  const starts = new Set(known.map(({ startOffset }) => startOffset));
  const fresh = added.filter(({ startOffset }) => !starts.has(startOffset));
  if (fresh.length === 0) return known;
  return [...known, ...fresh].sort((a, b) => (a.startOffset < b.startOffset ? -1 : 1)).slice(-KEPT);
}

/** Whether the checkpoint has to be read to know the partition. */
function isReadDue(
  { readAt, isReadAsOwner, batches }: ReadPartition,
  owned: PartitionStatus | undefined,
  now: number,
): boolean {
  if (readAt === undefined) return true;
  if (owned === undefined) return now - readAt >= OTHERS_EVERY_MS;
  if (!isReadAsOwner) return true;
  // A batch that was found rather than counted here is not reported; the offsets then do not fit together.
  const reportedEnd = batches.at(-1)?.endOffset ?? owned.firstOffset;
  const gapEnd = owned.gaps.at(-1)?.endOffset ?? owned.firstOffset;
  const isComplete = owned.countedOffset <= (reportedEnd > gapEnd ? reportedEnd : gapEnd);
  return !isComplete && now - readAt >= OWN_EVERY_MS;
}

/** Everything that may be known of one partition; what this consumer knows itself is the freshest. */
interface PartitionKnowledge {
  readonly partition: number;
  readonly owned: PartitionStatus | undefined;
  readonly checkpoint: PartitionCheckpoint<EventTimeStatus | undefined> | undefined;
  readonly offsets: PartitionOffsets | undefined;
  readonly owner: string | undefined;
  readonly countedAt: string | undefined;
  readonly storedAt: string | undefined;
  readonly sentBack: number;
}

function toPartition(known: PartitionKnowledge): Partition {
  const { partition, owned, checkpoint } = known;
  const countedOffset = owned?.countedOffset ?? checkpoint?.counted.endOffset;
  const storedOffset = owned?.storedOffset ?? checkpoint?.stored.endOffset;
  const log = logOf(countedOffset ?? 0n);
  const read = known.offsets && {
    earliest: positionIn(log, known.offsets.earliest),
    latest: positionIn(log, known.offsets.latest),
  };
  const earliest = owned?.earliestOffset ?? read?.earliest;
  // What was counted was in the log, also when its end was last read before that.
  const latest = later(later(owned?.latestOffset, read?.latest), countedOffset);
  const { totals, storedTotals, gaps, planned, batchId, firstOffset, openSince } = owned ?? {
    totals: checkpoint?.counted.totals,
    storedTotals: checkpoint?.stored.totals,
    gaps: checkpoint?.gaps ?? [],
    planned: checkpoint?.planned ?? null,
    batchId: checkpoint?.counted.batchId ?? -1,
    firstOffset: checkpoint?.firstOffset,
    openSince: checkpoint?.openSince ?? null,
  };
  const eventTime = owned === undefined ? checkpoint?.counted.state : owned.eventTime;
  return {
    partition,
    mine: owned !== undefined,
    owner: known.owner ?? null,
    firstOffset: text(firstOffset),
    countedOffset: text(countedOffset),
    countedAt: known.countedAt ?? checkpoint?.counted.at ?? null,
    storedOffset: text(storedOffset),
    storedAt: known.storedAt ?? checkpoint?.stored.at ?? null,
    openSince,
    openBytes: owned?.openBytes ?? null,
    openUntil: owned?.openUntil === undefined ? null : new Date(owned.openUntil).toISOString(),
    earliestOffset: text(earliest),
    latestOffset: text(latest),
    lag: lagOf(countedOffset ?? earliest, latest),
    batchId: batchId < 0 ? null : batchId,
    planned:
      planned === null
        ? null
        : {
            startOffset: String(offsetInLog(planned.startOffset)),
            endOffset: String(offsetInLog(planned.endOffset)),
            at: planned.at,
          },
    rows: totals?.rows ?? 0,
    deadLetters: totals?.deadLetters ?? 0,
    storedDeadLetters: storedTotals?.deadLetters ?? 0,
    sentBackDeadLetters: known.sentBack,
    emptyOffsets: totals?.emptyOffsets ?? 0,
    eventTime:
      eventTime === undefined
        ? null
        : {
            ...eventTime,
            watermark: eventTime.watermark === undefined ? null : new Date(eventTime.watermark).toISOString(),
          },
    gaps: gaps.map(({ startOffset, endOffset, reason, at }) => ({
      startOffset: String(offsetInLog(startOffset)),
      endOffset: String(offsetInLog(endOffset)),
      reason,
      at,
    })),
  };
}

function later(one: bigint | undefined, other: bigint | undefined): bigint | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}

function lagOf(position: bigint | undefined, latest: bigint | undefined): number | null {
  if (position === undefined || latest === undefined) return null;
  return Number(latest > position ? latest - position : 0n);
}

/** As the brokers know it. */
function text(position: bigint | undefined): string | null {
  return position === undefined ? null : String(offsetInLog(position));
}
