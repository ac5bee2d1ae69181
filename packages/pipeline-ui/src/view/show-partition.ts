import {
  logOf,
  offsetInLog,
  positionIn,
  type EventTimeStatus,
  type PartitionCheckpoint,
  type PartitionOffsets,
  type PartitionStatus,
} from '@client-tickets/micro-batch';
import type { Partition } from '../api/index.ts';

/** Everything that may be known of one partition; what this consumer knows itself is the freshest. */
export interface PartitionKnowledge {
  readonly partition: number;
  readonly owned: PartitionStatus | undefined;
  readonly checkpoint: PartitionCheckpoint<EventTimeStatus | undefined> | undefined;
  readonly offsets: PartitionOffsets | undefined;
  readonly owner: string | undefined;
  readonly countedAt: string | undefined;
  readonly storedAt: string | undefined;
  readonly sentBack: number;
}

export function showPartition(known: PartitionKnowledge): Partition {
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
