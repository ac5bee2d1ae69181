import type { Partitions, Status } from '../../../src/api/index.ts';

/** How many partitions this consumer reads, and how many there are. */
export interface Share {
  readonly own: number;
  readonly all: number;
  /** Other consumers read the others: some numbers are of this consumer, some of all. */
  readonly isPart: boolean;
}

export function shareOf(status: Status | undefined, partitions: Partitions | undefined): Share {
  const own = status?.ownedPartitions.length ?? 0;
  const all = partitions?.items.length ?? 0;
  return { own, all, isPart: status?.assigned === true && own < all };
}
