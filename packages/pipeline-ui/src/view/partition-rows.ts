import type { PartitionCheckpoint, PartitionOffsets, PartitionStatus } from '@client-tickets/micro-batch';
import type { TicketState } from '@client-tickets/results';
import type { Partition } from '../api/index.ts';

/** Everything that may be known of one partition; what this consumer knows itself is the freshest. */
export interface PartitionKnowledge {
  readonly partition: number;
  readonly owned: PartitionStatus | undefined;
  readonly checkpoint: PartitionCheckpoint<TicketState> | undefined;
  readonly offsets: PartitionOffsets | undefined;
  readonly owner: string | undefined;
  readonly committedAt: string | undefined;
}

export function toPartitionRow(known: PartitionKnowledge): Partition {
  const { partition, owned, checkpoint } = known;
  const committedOffset = owned?.committedOffset ?? checkpoint?.committed.endOffset;
  const earliest = owned?.earliestOffset ?? known.offsets?.earliest;
  const latest = later(owned?.latestOffset, known.offsets?.latest);
  const { totals, gaps, planned, batchId, firstOffset } = owned ?? {
    totals: checkpoint?.committed.totals,
    gaps: checkpoint?.gaps ?? [],
    planned: checkpoint?.planned ?? null,
    batchId: checkpoint?.committed.batchId ?? -1,
    firstOffset: checkpoint?.firstOffset,
  };
  return {
    partition,
    mine: owned !== undefined,
    owner: known.owner ?? null,
    firstOffset: text(firstOffset),
    committedOffset: text(committedOffset),
    committedAt: known.committedAt ?? checkpoint?.committed.at ?? null,
    earliestOffset: text(earliest),
    latestOffset: text(latest),
    lag: lagOf(committedOffset ?? earliest, latest),
    batchId: batchId < 0 ? null : batchId,
    planned:
      planned === null
        ? null
        : {
            batchId: planned.batchId,
            startOffset: String(planned.startOffset),
            endOffset: String(planned.endOffset),
            at: planned.at,
          },
    rows: totals?.rows ?? 0,
    deadLetters: totals?.deadLetters ?? 0,
    emptyOffsets: totals?.emptyOffsets ?? 0,
    gaps: gaps.map(({ startOffset, endOffset, reason, at }) => ({
      startOffset: String(startOffset),
      endOffset: String(endOffset),
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

function text(offset: bigint | undefined): string | null {
  return offset === undefined ? null : String(offset);
}
