import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planBatches, shareOffsets, type BatchCandidate } from '../../src/trigger/plan-batches.ts';

const backlogs = fc
  .array(fc.oneof(fc.bigInt(0n, 5n), fc.bigInt(0n, 10n ** 12n)), { maxLength: 9 })
  .map((offsets) => new Map(offsets.map((backlog, partition) => [partition, backlog])));
const limits = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_000_000 }));
const turns = fc.nat(1_000_000);

const sum = (values: Iterable<bigint>): bigint => [...values].reduce((total, value) => total + value, 0n);

test('the shares add up to the limit, or to the backlog when that is less', () => {
  fc.assert(
    fc.property(backlogs, limits, turns, (backlog, limit, turn) => {
      const total = sum(backlog.values());
      const allowed = limit === 0 || total < BigInt(limit) ? total : BigInt(limit);
      expect(sum(shareOffsets(backlog, limit, turn).values())).toBe(allowed);
    }),
  );
});

test('a share is within one offset of the proportional one, and never more than the backlog', () => {
  fc.assert(
    fc.property(backlogs, limits, turns, (backlog, limit, turn) => {
      const total = sum(backlog.values());
      const shares = shareOffsets(backlog, limit, turn);
      const given = limit === 0 || total < BigInt(limit) ? total : BigInt(limit);
      for (const [partition, waiting] of backlog) {
        const share = shares.get(partition) ?? 0n;
        expect(share >= 0n && share <= waiting).toBe(true);
        // Of the exact share, times `total`: an offset that rounding left over may go to one that has its whole share.
        const error = share * total - waiting * given;
        expect(error >= -total && error <= total).toBe(true);
      }
    }),
  );
});

test('no partition with a backlog waits for more turns than there are partitions', () => {
  fc.assert(
    fc.property(backlogs, fc.integer({ min: 1, max: 20 }), turns, (backlog, limit, first) => {
      const waiting = [...backlog].filter(([, offsets]) => offsets > 0n).map(([partition]) => partition);
      const served = new Set<number>();
      for (let turn = first; turn < first + waiting.length; turn += 1) {
        for (const [partition, share] of shareOffsets(backlog, limit, turn))
          if (share > 0n) served.add(partition);
      }
      expect([...served].sort((a, b) => a - b)).toEqual(waiting);
    }),
  );
});

test('the order in which partitions are named makes no difference', () => {
  fc.assert(
    fc.property(backlogs, limits, turns, (backlog, limit, turn) => {
      const reversed = new Map([...backlog].toReversed());
      const sorted = (shares: ReadonlyMap<number, bigint>) => [...shares].sort(([a], [b]) => a - b);
      expect(sorted(shareOffsets(reversed, limit, turn))).toEqual(sorted(shareOffsets(backlog, limit, turn)));
    }),
  );
});

/** Partitions with distinct numbers; some have a part of the trigger already, and some may have no more of it. */
const candidates = fc
  .array(
    fc.record({
      startOffset: fc.bigInt(0n, 10n ** 6n),
      waiting: fc.bigInt(-3n, 40n),
      takenOffsets: fc.bigInt(0n, 10n),
      mayGrow: fc.boolean(),
    }),
    { maxLength: 9 },
  )
  .map((all) =>
    all.map(({ startOffset, waiting, takenOffsets, mayGrow }, partition): BatchCandidate => ({
      partition,
      startOffset,
      takenOffsets,
      mayGrow,
      limitOffset: startOffset + waiting,
    })),
  );

const takenIn = (all: readonly BatchCandidate[]): bigint => sum(all.map(({ takenOffsets }) => takenOffsets));

test('batches begin where the partition stands and never pass the end that it may read to', () => {
  fc.assert(
    fc.property(candidates, limits, turns, (all, limit, turn) => {
      for (const [partition, end] of planBatches(all, limit, turn)) {
        const { startOffset, limitOffset } = all[partition] ?? expect.fail(`partition ${partition} is none`);
        expect(end >= startOffset).toBe(true);
        expect(end === startOffset || end <= limitOffset).toBe(true);
      }
    }),
  );
});

test('what partitions have already counts against the limit of all, and those that may not have more get nothing of the rest', () => {
  fc.assert(
    fc.property(candidates, fc.integer({ min: 1, max: 60 }), turns, (all, limit, turn) => {
      const ends = planBatches(all, limit, turn);
      for (const { partition, mayGrow } of all) if (!mayGrow) expect(ends.has(partition)).toBe(false);
      const taken = takenIn(all);
      const added = sum([...ends].map(([partition, end]) => end - (all[partition]?.startOffset ?? 0n)));
      const waiting = sum(
        all
          .filter(({ mayGrow }) => mayGrow)
          .map(({ limitOffset, startOffset }) =>
            limitOffset > startOffset ? limitOffset - startOffset : 0n,
          ),
      );
      const room = BigInt(limit) > taken ? BigInt(limit) - taken : 0n;
      expect(added).toBe(waiting < room ? waiting : room);
    }),
  );
});

test('without a limit each partition that may have more gets all that it may read', () => {
  fc.assert(
    fc.property(candidates, turns, (all, turn) => {
      const expected = all
        .filter(({ mayGrow }) => mayGrow)
        .map(({ partition, startOffset, limitOffset }) => [
          partition,
          limitOffset > startOffset ? limitOffset : startOffset,
        ]);
      expect([...planBatches(all, 0, turn)]).toEqual(expected);
    }),
  );
});
