import type { PartitionOffsets, Source } from '../ports/source.ts';

/** The brokers did not answer. Worth trying again, like an unavailable store. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
}

/** Whatever a source rejects with, the engine waits and asks again; what can't heal comes through `onError`. */
async function ask<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SourceUnavailable(`${what} could not be read: ${reason}`, { cause: error });
  }
}

export function fetchOffsets(
  source: Source,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, PartitionOffsets>> {
  return ask(`the offsets of ${source.topic}`, () => source.fetchOffsets(partitions));
}

export function fetchOffsetsAt(
  source: Source,
  timestamp: number,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, bigint>> {
  return ask(`the offsets of ${source.topic} at ${new Date(timestamp).toISOString()}`, () =>
    source.fetchOffsetsAt(timestamp, partitions),
  );
}

export function listPartitions(source: Source): Promise<readonly number[]> {
  return ask(`the partitions of ${source.topic}`, () => source.listPartitions());
}
