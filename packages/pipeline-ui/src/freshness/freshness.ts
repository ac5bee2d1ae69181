import {
  ProducedTimes,
  type Clock,
  type CountedBatch,
  type PartitionProgress,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import { Latencies } from './latencies.ts';
import { RecentLatencies } from './recent-latencies.ts';

const COUNTED_SPAN_MS = 60_000;
/** Files come more rarely than counts. */
const STORED_SPAN_MS = 10 * 60_000;

/** Latencies since the start of this consumer, and those of the last while. */
export interface FreshnessMeasure {
  readonly all: Latencies;
  readonly recent: Latencies;
}

/**
 * How long records take from being produced to being counted, and to being in a file that can be seen.
 *
 * **A backlog is no latency of this pipeline**, so its records are counted apart. A record belongs to it when it was produced before
 * this consumer got its partition, or is read while that partition catches up: from its first batch on, if that leaves more waiting than
 * it took, until one leaves no more than that. What is slow after that is slow: load, outages and pauses are in the latencies.
 */
export interface Freshness {
  /** The partitions that this consumer has now. To be called again and again, and soon after they have changed. */
  own(partitions: readonly number[]): void;
  addBatch(partition: number, batch: CountedBatch, progress: PartitionProgress): void;
  addFiles(partition: number, files: StoredFiles): void;
  isCatchingUp(partition: number): boolean;
  readonly counted: FreshnessMeasure;
  readonly stored: FreshnessMeasure;
  /** Records that were counted as a backlog. */
  readonly backlogRecords: number;
}

interface OwnedPartition {
  /** When this consumer got it, in milliseconds since the epoch. */
  readonly since: number;
  /** `undefined` before the first batch. */
  isCatchingUp: boolean | undefined;
  /** When records were produced that are counted and were in no file when this was last told. */
  open: ProducedTimes;
  openEnd: bigint;
  storedEnd: bigint;
}

export function createFreshness(clock: Clock): Freshness {
  const owned = new Map<number, OwnedPartition>();
  const counted = { all: new Latencies(), recent: new RecentLatencies(clock, COUNTED_SPAN_MS) };
  const stored = { all: new Latencies(), recent: new RecentLatencies(clock, STORED_SPAN_MS) };
  let backlogRecords = 0;

  function partitionOf(partition: number): OwnedPartition {
    const found = owned.get(partition) ?? {
      since: clock.now(),
      isCatchingUp: undefined,
      open: new ProducedTimes(),
      openEnd: -1n,
      storedEnd: -1n,
    };
    owned.set(partition, found);
    return found;
  }

  function observe({ all, recent }: typeof counted, produced: ProducedTimes): void {
    const now = clock.now();
    for (const { at, count } of produced) {
      const seconds = Math.max(0, now - at) / 1000; // the clock that dated it may be ahead of this one
      all.add(seconds, count);
      recent.add(seconds, count);
    }
  }

  /** Those that did not wait for this consumer; the others are counted. */
  function withoutBacklog(produced: ProducedTimes, { isCatchingUp, since }: OwnedPartition): ProducedTimes {
    const live = new ProducedTimes();
    for (const { at, count } of produced) {
      if (isCatchingUp === true || at < since) backlogRecords += count;
      else live.add(at, count);
    }
    return live;
  }

  function storeOpen(of: OwnedPartition): void {
    if (of.openEnd > of.storedEnd) return;
    observe(stored, of.open);
    of.open = new ProducedTimes();
  }

  return {
    own(partitions) {
      const kept = new Set(partitions);
      for (const partition of owned.keys()) if (!kept.has(partition)) owned.delete(partition);
      for (const partition of kept) partitionOf(partition);
    },
    addBatch(partition, { endOffset }, { produced, startOffset, latestOffset }) {
      const of = partitionOf(partition);
      const leavesMore = latestOffset - endOffset > endOffset - startOffset;
      of.isCatchingUp ??= leavesMore;
      const live = withoutBacklog(produced, of);
      of.isCatchingUp &&= leavesMore;
      observe(counted, live);
      of.open.addAll(live);
      of.openEnd = endOffset;
      storeOpen(of); // files may be reported before the batch that they end with
    },
    addFiles(partition, { endOffset }) {
      const of = partitionOf(partition);
      of.storedEnd = endOffset;
      storeOpen(of);
    },
    isCatchingUp: (partition) => owned.get(partition)?.isCatchingUp ?? false,
    counted: {
      all: counted.all,
      get recent() {
        return counted.recent.all();
      },
    },
    stored: {
      all: stored.all,
      get recent() {
        return stored.recent.all();
      },
    },
    get backlogRecords() {
      return backlogRecords;
    },
  };
}
