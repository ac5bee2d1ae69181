import type { CommittedBatch, PartitionCheckpoint, PartitionStatus } from '@client-tickets/micro-batch';
import type { TicketState } from '@client-tickets/results';
import type { BatchesByPartition } from './batch-rows.ts';

type Checkpoint = PartitionCheckpoint<TicketState>;

interface Page {
  /** As last read. */
  checkpoint: Checkpoint | undefined;
  /** Monotonic time of that. */
  readAt: number | undefined;
  /** Whether it was read since this consumer got the partition. */
  isReadAsOwner: boolean;
  /** The latest ones by batch id. */
  batches: ReadonlyMap<number, CommittedBatch>;
}

/**
 * What is known of each partition's batches. Those of partitions that this consumer owns are heard as they are committed, so
 * their checkpoints are read once; those of others are read again and again while somebody looks.
 */
export interface PartitionBook {
  addBatch(partition: number, batch: CommittedBatch): void;
  /** `undefined`: the partition has no checkpoint yet. */
  addCheckpoint(
    partition: number,
    checkpoint: Checkpoint | undefined,
    owned: PartitionStatus | undefined,
  ): void;
  /** Whether the checkpoint has to be read to know the partition. */
  isReadDue(partition: number, owned: PartitionStatus | undefined): boolean;
  checkpoint(partition: number): Checkpoint | undefined;
  /** Oldest first. */
  batches(partition: number): readonly CommittedBatch[];
  /** The last `count` of each partition. */
  latestBatches(count: number): BatchesByPartition;
  /** Changes whenever a batch was added. */
  readonly version: number;
}

const KEPT_BATCHES = 100;
const OTHERS_EVERY_MS = 2_000;
const OWN_EVERY_MS = 5_000;

export function createPartitionBook(now: () => number): PartitionBook {
  const pages = new Map<number, Page>();
  let version = 0;

  function pageOf(partition: number): Page {
    const page = pages.get(partition) ?? {
      checkpoint: undefined,
      readAt: undefined,
      isReadAsOwner: false,
      batches: new Map<number, CommittedBatch>(),
    };
    pages.set(partition, page);
    return page;
  }

  function merge(page: Page, added: readonly CommittedBatch[]): void {
    const fresh = added.filter(({ batchId }) => !page.batches.has(batchId));
    if (fresh.length === 0) return;
    const all = [...page.batches.values(), ...fresh].sort((a, b) => a.batchId - b.batchId);
    page.batches = new Map(all.slice(-KEPT_BATCHES).map((batch) => [batch.batchId, batch]));
    version += 1;
  }

  const batches = (partition: number): readonly CommittedBatch[] => [
    ...(pages.get(partition)?.batches.values() ?? []),
  ];

  return {
    batches,
    addBatch(partition, batch) {
      merge(pageOf(partition), [batch]);
    },
    addCheckpoint(partition, checkpoint, owned) {
      const page = pageOf(partition);
      page.checkpoint = checkpoint;
      page.readAt = now();
      page.isReadAsOwner = owned !== undefined;
      merge(page, checkpoint?.recent ?? []);
    },
    isReadDue(partition, owned) {
      const { readAt, isReadAsOwner } = pageOf(partition);
      if (readAt === undefined) return true;
      if (owned === undefined) return now() - readAt >= OTHERS_EVERY_MS;
      if (!isReadAsOwner) return true;
      // A commit that was found rather than made is not heard of; the offsets then do not fit together.
      const heardEnd = batches(partition).at(-1)?.endOffset ?? owned.firstOffset;
      const gapEnd = owned.gaps.at(-1)?.endOffset ?? owned.firstOffset;
      const isComplete = owned.committedOffset <= (heardEnd > gapEnd ? heardEnd : gapEnd);
      return !isComplete && now() - readAt >= OWN_EVERY_MS;
    },
    checkpoint: (partition) => pages.get(partition)?.checkpoint,
    latestBatches: (count) =>
      new Map([...pages.keys()].map((partition) => [partition, batches(partition).slice(-count)])),
    get version() {
      return version;
    },
  };
}
