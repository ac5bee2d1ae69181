import type { CountedBatch } from '@client-tickets/micro-batch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOfBatches } from '../src/batches/batch-pages.ts';
import { assembleBatchRows } from '../src/batches/batch-rows.ts';

const T0 = Date.UTC(2026, 0, 1);

function batch(batchId: number, countedMs: number): CountedBatch {
  return {
    batchId,
    startOffset: BigInt(batchId * 10),
    endOffset: BigInt(batchId * 10 + 10),
    rows: 9,
    deadLetters: 1,
    at: new Date(T0 + countedMs).toISOString(),
  };
}

describe('batch rows', () => {
  it('put the partitions of one trigger together', () => {
    const rows = assembleBatchRows(
      new Map([
        [2, [batch(7, 1)]],
        [0, [batch(7, 0)]],
      ]),
      [],
    );
    expect(rows).toMatchObject([
      { key: '7-0', batchId: 7, rows: 18, deadLetters: 2, parts: [{ partition: 0 }, { partition: 2 }] },
    ]);
  });

  it('keep apart batches of two consumers that happen to have the same id', () => {
    const rows = assembleBatchRows(
      new Map([
        [0, [batch(7, 0)]],
        [1, [batch(7, 60_000)]],
      ]),
      [],
    );
    expect(rows.map(({ key }) => key)).toEqual(['7-1', '7-0']);
  });

  it('hold each partition’s batch once, the last one counted first, and pages hold each row once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat(5_000), { maxLength: 12 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 7 }),
        (plans, limit) => {
          const batches = new Map(
            plans.map((times, partition) => [
              partition,
              times.toSorted((a, b) => a - b).map((ms, id) => batch(id, ms)),
            ]),
          );
          const rows = assembleBatchRows(batches, []);
          const parts = rows.flatMap(({ batchId, parts: all }) =>
            all.map(({ partition }) => `${partition}:${batchId}`),
          );
          const expected = [...batches].flatMap(([partition, all]) =>
            all.map(({ batchId }) => `${partition}:${batchId}`),
          );
          expect(parts.toSorted()).toEqual(expected.toSorted());
          expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
          const times = rows.map(({ countedAt }) => countedAt);
          expect(times).toEqual(times.toSorted().toReversed());
          const paged: string[] = [];
          for (let before: string | undefined; ;) {
            const page = pageOfBatches(rows, { limit, before });
            paged.push(...page.items.map(({ key }) => key));
            if (page.next === null) break;
            before = page.next;
          }
          expect(paged).toEqual(rows.map(({ key }) => key));
        },
      ),
    );
  });
});
