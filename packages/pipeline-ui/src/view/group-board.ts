import {
  createCheckpointStore,
  readQuery,
  type Clock,
  type CommittedBatch,
  type ObjectStore,
  type PartitionStatus,
  type Source,
} from '@client-tickets/micro-batch';
import { parseCounts } from '@client-tickets/tickets';
import type { Batch, Partitions } from '../api/index.ts';
import { assembleBatchRows, type TriggerMeasure } from './batch-rows.ts';
import { createPartitionBook } from './partition-book.ts';
import { toPartitionRow } from './partition-rows.ts';
import { createPolled } from './polled.ts';

/** What the UI asks of the log. */
export type LogOffsets = Pick<Source, 'listPartitions' | 'fetchOffsets'>;

/** Who reads each partition, by the name that the group knows it by. */
export type GroupMembers = () => Promise<ReadonlyMap<number, string>>;

/** The whole group: all partitions and their batches, whoever owns them. */
export interface GroupBoard {
  /** Looks again at what may have changed. Never rejects; costs nothing when nothing can have changed. */
  refresh(): Promise<void>;
  addBatch(partition: number, batch: CommittedBatch): void;
  partitions(): Partitions;
  /** Newest first; `perPartition` bounds how far each partition is looked back. */
  batchRows(perPartition?: number): readonly Batch[];
  /** The latest batches of a partition, oldest first. */
  batches(partition: number): readonly CommittedBatch[];
  /** Why something may be old or missing. */
  readonly problem: string | null;
}

export interface GroupBoardOptions {
  readonly topic: string;
  /** Only read from. */
  readonly checkpoints: ObjectStore;
  readonly clock: Clock;
  readonly log: LogOffsets | undefined;
  /** What the group calls this consumer. */
  readonly member: string;
  readonly groupMembers: GroupMembers | undefined;
  readonly owned: () => readonly PartitionStatus[];
  /** While paused, this consumer's query does not look how far the log has grown. */
  readonly isPaused: () => boolean;
  readonly measures: () => readonly TriggerMeasure[];
}

const LOOK_EVERY_MS = 1_000;
const PARTITIONS_EVERY_MS = 15_000;
const OFFSETS_EVERY_MS = 2_000;
const MEMBERS_EVERY_MS = 5_000;

export function createGroupBoard(options: GroupBoardOptions): GroupBoard {
  const { topic, checkpoints, clock, log, member, groupMembers, owned, isPaused, measures } = options;
  const book = createPartitionBook(() => clock.monotonic());
  let queryId: string | undefined;

  const ownedByPartition = (): ReadonlyMap<number, PartitionStatus> =>
    new Map(owned().map((status) => [status.partition, status]));
  const others = (): readonly number[] => {
    const mine = ownedByPartition();
    return known().filter((partition) => !mine.has(partition));
  };

  const list = createPolled({
    clock,
    everyMs: PARTITIONS_EVERY_MS,
    read: () => (log === undefined ? listCheckpoints(checkpoints, topic) : log.listPartitions()),
  });
  const offsets = createPolled({
    clock,
    everyMs: OFFSETS_EVERY_MS,
    read: async () => {
      const asked = isPaused() ? known() : others();
      return log === undefined || asked.length === 0 ? new Map<number, never>() : log.fetchOffsets(asked);
    },
  });
  const members = createPolled({
    clock,
    everyMs: MEMBERS_EVERY_MS,
    read: async () => (groupMembers === undefined ? new Map<number, string>() : groupMembers()),
  });
  const checkpointReads = createPolled({ clock, everyMs: LOOK_EVERY_MS, read: readDue });

  function known(): readonly number[] {
    const all = new Set([...(list.value ?? []), ...owned().map(({ partition }) => partition)]);
    return [...all].sort((a, b) => a - b);
  }

  async function readDue(): Promise<void> {
    const mine = ownedByPartition();
    const due = known().filter((partition) => book.isReadDue(partition, mine.get(partition)));
    if (due.length === 0) return;
    queryId ??= (await readQuery(checkpoints, topic))?.id;
    if (queryId === undefined) return; // nothing has been started yet
    const store = createCheckpointStore({ store: checkpoints, topic, queryId, parseState: parseCounts });
    const reads = await Promise.allSettled(
      due.map(async (partition) => {
        const found = await store.read(partition);
        book.addCheckpoint(partition, found?.checkpoint, ownedByPartition().get(partition));
      }),
    );
    for (const read of reads) if (read.status === 'rejected') throw read.reason;
  }

  const problem = (): string | null =>
    checkpointReads.problem ?? list.problem ?? offsets.problem ?? members.problem ?? null;

  return {
    async refresh() {
      const listed = list.refresh();
      if (list.value === undefined) await listed;
      await Promise.all([checkpointReads.refresh(), offsets.refresh(), members.refresh()]);
    },
    addBatch: (partition, batch) => book.addBatch(partition, batch),
    partitions() {
      const mine = ownedByPartition();
      const items = known().map((partition) => {
        const status = mine.get(partition);
        return toPartitionRow({
          partition,
          owned: status,
          checkpoint: book.checkpoint(partition),
          offsets: offsets.value?.get(partition),
          // What the group said a few seconds ago may be from before we got it.
          owner: status === undefined ? members.value?.get(partition) : member,
          committedAt: book.batches(partition).at(-1)?.committedAt,
        });
      });
      return { items, problem: problem() };
    },
    batchRows: (perPartition = Infinity) => assembleBatchRows(book.latestBatches(perPartition), measures()),
    batches: (partition) => book.batches(partition),
    get problem() {
      return problem();
    },
  };
}

/** Without the log, only partitions that had a batch are known. */
async function listCheckpoints(checkpoints: ObjectStore, topic: string): Promise<readonly number[]> {
  const partitions: number[] = [];
  for await (const { key } of checkpoints.list(`${topic}/partition-`)) {
    const partition = /\/partition-(\d+)\.json$/.exec(key)?.[1];
    if (partition !== undefined) partitions.push(Number(partition));
  }
  return partitions;
}
