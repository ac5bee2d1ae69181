import type { PartitionOffsets, RecordChunk } from './source.ts';

/**
 * A log may be replaced by another one that begins again at offset 0: a recreated topic, another cluster behind the same
 * name. The engine counts on in *positions*, so that ranges of one partition stay one ascending sequence and never overlap:
 * offset `o` of the n-th log, counted from 0, is position `n × 10^15 + o`. No log gets that long: at a million records a second
 * it takes 31 years. Checkpoints, files and batches hold positions; only what goes to the source or comes from it is an offset.
 */
const LOG_LENGTH = 10n ** 15n;

/** Which log of its partition a position lies in: 0 until the log was replaced. */
export function logOf(position: bigint): bigint {
  return position / LOG_LENGTH;
}

/** The offset by which the brokers know a position. */
export function offsetInLog(position: bigint): bigint {
  return position % LOG_LENGTH;
}

export function positionIn(log: bigint, offset: bigint): bigint {
  return log * LOG_LENGTH + offset;
}

/** What a source says of a log, in positions. */
export function offsetsIn(log: bigint, { earliest, latest, ...rest }: PartitionOffsets): PartitionOffsets {
  return { ...rest, earliest: positionIn(log, earliest), latest: positionIn(log, latest) };
}

/** What a source has read of a log, in positions. Copies nothing. */
export function chunkIn(log: bigint, chunk: RecordChunk): RecordChunk {
  if (log === 0n) return chunk;
  return {
    ...chunk,
    startOffset: positionIn(log, chunk.startOffset),
    endOffset: positionIn(log, chunk.endOffset),
    records: chunk.records.movedTo(positionIn(log, chunk.records.baseOffset)),
  };
}
