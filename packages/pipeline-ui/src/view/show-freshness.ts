import type { PartitionStatus } from '@client-tickets/micro-batch';
import type { Figures, Partition } from '../api/index.ts';
import type { Freshness } from '../freshness/freshness.ts';
import type { Latencies } from '../freshness/latencies.ts';

/** `owned`: the partitions of this consumer; how fresh those of others are, they know themselves. */
export function showFreshness(freshness: Freshness, owned: readonly PartitionStatus[]): Figures['freshness'] {
  const { counted, stored, backlogRecords } = freshness;
  const waiting = owned.flatMap(({ oldestUncountedAt }) => oldestUncountedAt ?? []);
  return {
    counted: showLatencies(counted.recent),
    stored: showLatencies(stored.recent),
    isCatchingUp: owned.some(({ partition }) => freshness.isCatchingUp(partition)),
    backlogRecords,
    oldestUncountedAt: waiting.length === 0 ? null : new Date(Math.min(...waiting)).toISOString(),
  };
}

function showLatencies(latencies: Latencies): Figures['freshness']['counted'] {
  const [p50, p99] = [latencies.quantile(0.5), latencies.quantile(0.99)];
  if (p50 === undefined || p99 === undefined) return null;
  return { records: latencies.count, p50Seconds: round(p50), p99Seconds: round(p99) };
}

function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}

/** What is counted and in no file yet, over these partitions. */
export function sumOfFilling(partitions: readonly Partition[]): Figures['filling'] {
  const open = partitions.filter(({ openSince }) => openSince !== null);
  if (open.length === 0) return null;
  const earliest = (times: readonly (string | null)[]): string | null =>
    times.filter((time) => time !== null).sort()[0] ?? null;
  return {
    records: open.reduce(
      (sum, { countedOffset, storedOffset }) => sum + between(storedOffset, countedOffset),
      0,
    ),
    bytes: open.reduce((sum, { openBytes }) => sum + (openBytes ?? 0), 0),
    since: earliest(open.map(({ openSince }) => openSince)) ?? '',
    until: earliest(open.map(({ openUntil }) => openUntil)),
  };
}

/** Offsets of one log: an open range never reaches into another one. */
function between(startOffset: string | null, endOffset: string | null): number {
  return Number(BigInt(endOffset ?? 0) - BigInt(startOffset ?? 0));
}
