/** A partition as its next batch finds it. */
export interface BatchCandidate {
  readonly partition: number;
  /** Where its next batch begins, or goes on. */
  readonly startOffset: bigint;
  /** How many offsets it has of the trigger already: a batch that is counted ahead, or filled ahead. */
  readonly takenOffsets: bigint;
  /** Whether it may have more of it. */
  readonly mayGrow: boolean;
  /** No batch may end after it: the end of the log, or of what this run is to read. */
  readonly limitOffset: bigint;
}

/**
 * Where each partition's next batch may end. What partitions have already counts against `maxOffsets` (0: no limit); what that leaves is
 * shared among those that may have more.
 */
export function planBatches(
  candidates: readonly BatchCandidate[],
  maxOffsets: number,
  turn: number,
): ReadonlyMap<number, bigint> {
  const taken = candidates.reduce((sum, { takenOffsets }) => sum + takenOffsets, 0n);
  const left = maxOffsets - Number(taken);
  if (maxOffsets > 0 && left <= 0) return new Map();
  const growing = candidates.filter(({ mayGrow }) => mayGrow);
  const backlog = new Map(
    growing.map(({ partition, startOffset, limitOffset }) => [partition, limitOffset - startOffset]),
  );
  const shares = shareOffsets(backlog, maxOffsets === 0 ? 0 : left, turn);
  return new Map(
    growing.map(({ partition, startOffset }) => [partition, startOffset + (shares.get(partition) ?? 0n)]),
  );
}

/** Offsets that wait in each partition. */
export type Backlog = ReadonlyMap<number, bigint>;

/**
 * Shares `limit` offsets (0: no limit) among partitions in proportion to their backlog, which is Spark's rule for
 * `maxOffsetsPerTrigger`, as a hard limit: the shares add up to the limit, or to the backlog when that is less.
 *
 * Whole shares are dealt out first; what rounding leaves goes to the partitions that got nothing, in turn, then to the
 * others. A partition whose share rounds to nothing makes the remainder at least one, so that with `turn` counting
 * triggers none waits for longer than there are partitions.
 */
export function shareOffsets(backlog: Backlog, limit: number, turn: number): ReadonlyMap<number, bigint> {
  const waiting = [...backlog].filter(([, offsets]) => offsets > 0n).sort(([a], [b]) => a - b);
  const total = waiting.reduce((sum, [, offsets]) => sum + offsets, 0n);
  const allowed = BigInt(limit);
  if (limit === 0 || total <= allowed) return new Map(waiting);

  const shares = new Map(waiting.map(([partition, offsets]) => [partition, (offsets * allowed) / total]));
  let left = allowed - [...shares.values()].reduce((sum, share) => sum + share, 0n);
  const inTurn = waiting
    .map((_, index) => waiting[(index + turn) % waiting.length])
    .filter((entry) => entry !== undefined);
  const starvedFirst = [
    ...inTurn.filter(([partition]) => shares.get(partition) === 0n),
    ...inTurn.filter(([partition]) => shares.get(partition) !== 0n),
  ];
  for (const [partition] of starvedFirst) {
    if (left === 0n) break;
    shares.set(partition, (shares.get(partition) ?? 0n) + 1n);
    left -= 1n;
  }
  return shares;
}
