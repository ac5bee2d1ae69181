import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOffsets } from '../../src/trigger/admission.ts';

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

test('a share is proportional to the backlog but for rounding, and never more than the backlog', () => {
  fc.assert(
    fc.property(backlogs, limits, turns, (backlog, limit, turn) => {
      const total = sum(backlog.values());
      const shares = shareOffsets(backlog, limit, turn);
      const given = limit === 0 || total < BigInt(limit) ? total : BigInt(limit);
      for (const [partition, waiting] of backlog) {
        const share = shares.get(partition) ?? 0n;
        expect(share >= 0n && share <= waiting).toBe(true);
        const error = share * total - waiting * given; // of the exact share, times `total`
        expect(total === 0n || (error > -total && error < total)).toBe(true);
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
