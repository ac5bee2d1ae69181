import { RecordBlock, RecordList, type SourceRecord } from '@client-tickets/micro-batch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const bytes = fc.uint8Array({ maxLength: 20 }).map((part) => Buffer.from(part));

/** Records at ascending offsets with gaps, from any offset on. */
const someRecords: fc.Arbitrary<readonly SourceRecord[]> = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 2n ** 62n }),
    fc.array(
      fc.record({ skip: fc.nat(3), timestamp: fc.nat(), key: fc.option(bytes), value: fc.option(bytes) }),
      { maxLength: 12 },
    ),
  )
  .map(([start, all]) => {
    let next = start;
    return all.map(({ skip, ...record }) => {
      const offset = next + BigInt(skip);
      next = offset + 1n;
      return { offset, ...record };
    });
  });

describe('a block of records', () => {
  test('holds what it was made of, and not the memory that it was in', () => {
    fc.assert(
      fc.property(someRecords, (records) => {
        const block = RecordBlock.of(records);
        expect([...block]).toEqual(records);
        for (const [index, { offset }] of records.entries()) expect(block.offsetAt(index)).toBe(offset);
        const held = records.reduce(
          (sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0),
          0,
        );
        expect(block.bytes.buffer.byteLength).toBe(held);
        expect(block.memoryBytes).toBe(held + 32 * records.length);
      }),
    );
  });

  test('knows how many of its records lie before any offset', () => {
    fc.assert(
      fc.property(someRecords, fc.bigInt({ min: -5n, max: 60n }), (records, from) => {
        const offset = (records[0]?.offset ?? 0n) + from;
        const before = records.filter((record) => record.offset < offset).length;
        expect(RecordBlock.of(records).countBefore(offset)).toBe(before);
      }),
    );
  });

  test('has no record outside of its length', () => {
    expect(() => RecordBlock.of([]).at(0)).toThrow('record 0 of 0');
    expect(() => RecordBlock.of([]).at(-1)).toThrow(RangeError);
  });
});

test('a list without a range has all other records, whatever the pieces', () => {
  const range = fc.tuple(fc.nat(50), fc.nat(50));
  fc.assert(
    fc.property(someRecords, fc.array(fc.nat(12)), range, (records, cuts, [from, length]) => {
      const block = RecordBlock.of(records);
      const ends = [
        0,
        ...cuts.map((cut) => Math.min(cut, records.length)).sort((a, b) => a - b),
        records.length,
      ];
      const pieces = ends.slice(1).map((to, index) => ({ block, from: ends[index] ?? 0, to }));
      const startOffset = (records[0]?.offset ?? 0n) + BigInt(from);
      const endOffset = startOffset + BigInt(length);
      const left = new RecordList(pieces).without({ startOffset, endOffset });
      const expected = records.filter(({ offset }) => offset < startOffset || offset >= endOffset);
      expect([...left]).toEqual(expected);
      expect(left.length).toBe(expected.length);
    }),
  );
});
