import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordList } from '../../src/ports/record-list.ts';
import { ProducedTimes } from '../../src/trigger/produced-times.ts';

function recordsAt(timestamps: readonly number[]): RecordList {
  return RecordList.of(
    timestamps.map((timestamp, index) => ({ offset: BigInt(index), timestamp, key: null, value: null })),
  );
}

describe('the times at which records were produced', () => {
  it('are told apart to the hundredth of a second', () => {
    const times = ProducedTimes.of(recordsAt([1_000, 1_009, 1_010, 1_004, 2_000]));
    expect([...times]).toEqual([
      { at: 1_005, count: 3 },
      { at: 1_015, count: 1 },
      { at: 2_005, count: 1 },
    ]);
  });

  it('are none of a batch without records', () => {
    expect([...ProducedTimes.of(recordsAt([]))]).toEqual([]);
  });

  it('count every record, in bounded memory, however far apart they are', () => {
    const timestamp = fc.integer({ min: -1, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(fc.array(timestamp, { minLength: 1, maxLength: 3_000 }), (timestamps) => {
        const slots = [...ProducedTimes.of(recordsAt(timestamps))];
        expect(slots.length).toBeLessThanOrEqual(1_000);
        expect(slots.reduce((sum, { count }) => sum + count, 0)).toBe(timestamps.length);
        const exact = timestamps.reduce((sum, each) => sum + each, 0) / timestamps.length;
        const told = slots.reduce((sum, { at, count }) => sum + at * count, 0) / timestamps.length;
        const span = Math.max(...timestamps) - Math.min(...timestamps);
        // They widen fourfold when there are more than a thousand slots, so some 250 remain.
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(Math.max(5, span / 250));
      }),
      { numRuns: 30 },
    );
  });

  it('can be added up, without growing', () => {
    const all = new ProducedTimes();
    for (let second = 0; second < 5_000; second += 1)
      all.addAll(ProducedTimes.of(recordsAt([second * 1_000])));
    const slots = [...all];
    expect(slots.length).toBeLessThanOrEqual(1_000);
    expect(slots.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
  });
});
