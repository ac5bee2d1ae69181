import { murmur2 } from './murmur2.ts';

/**
 * Chooses the partition of a key as Kafka's default partitioner does, so that a ticket lies in the same partition here
 * and there. Records without a key take turns.
 */
export function createPartitioner(partitions: number): (key: Uint8Array | null) => number {
  let turn = 0;
  return (key) => {
    if (key === null) return turn++ % partitions;
    return (murmur2(key) & 0x7fffffff) % partitions;
  };
}
