/** Offsets that wait in each partition. */
export type Backlog = ReadonlyMap<number, bigint>;

/**
 * Shares `maxOffsetsPerTrigger` among partitions in proportion to their backlog (Spark's rule), as a hard limit: the
 * shares add up to the limit, or to the backlog when that is less.
 *
 * Whole shares are dealt out first; what rounding leaves goes to the partitions that got nothing, in turn, then to the
 * others. A partition whose share rounds to nothing makes the remainder at least one, so that with `turn` counting
 * triggers none waits for longer than there are partitions. `limit` 0 means none.
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
