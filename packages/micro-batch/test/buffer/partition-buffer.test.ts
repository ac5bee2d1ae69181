import { RecordBlock, type OffsetRange, type RecordChunk } from '@client-tickets/micro-batch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PartitionBuffer } from '../../src/buffer/partition-buffer.ts';

/** A chunk of `[start, end)` with records at these offsets. */
function chunk(start: number, end: number, offsets: readonly number[], bytes = 10): RecordChunk {
  const records = RecordBlock.of(
    offsets.map((offset) => ({ offset: BigInt(offset), timestamp: 0, key: null, value: null })),
  );
  return { partition: 0, startOffset: BigInt(start), endOffset: BigInt(end), records, bytes };
}

const offsetsIn = (ranges: readonly OffsetRange[]): number[] =>
  ranges.flatMap(({ startOffset, endOffset }) =>
    Array.from({ length: Number(endOffset - startOffset) }, (_, index) => Number(startOffset) + index),
  );

/** What a buffer must do, said one offset at a time. */
class NaiveBuffer {
  start = 0;
  end = 0;
  chunks: RecordChunk[] = [];
  unexplained: number[] = [];

  accept(added: RecordChunk): boolean {
    if (Number(added.startOffset) !== this.end || added.endOffset <= added.startOffset) return false;
    const first = Number([...added.records][0]?.offset ?? added.endOffset);
    for (let offset = this.end; offset < first; offset += 1) this.unexplained.push(offset);
    this.chunks.push(added);
    this.end = Number(added.endOffset);
    return true;
  }

  get verifiedEnd(): number {
    return Math.min(this.end, ...this.unexplained);
  }

  records(start: number, end: number): number[] {
    return this.chunks
      .flatMap(({ records }) => [...records].map(({ offset }) => Number(offset)))
      .filter((offset) => offset >= start && offset < end);
  }

  endWithin(bytes: number): number {
    const fits = this.chunks.filter(
      (_, index) =>
        index === 0 || this.chunks.slice(0, index + 1).reduce((sum, each) => sum + each.bytes, 0) <= bytes,
    );
    return Math.min(Number(fits.at(-1)?.endOffset ?? this.start), this.verifiedEnd);
  }

  skip(from: number, to: number): void {
    this.unexplained = this.unexplained.filter((offset) => offset < from || offset >= to);
    if (from > this.end || to <= this.end) return;
    this.chunks.push(chunk(this.end, to, [], 0));
    this.end = to;
  }

  discardBefore(offset: number): void {
    const isInside = offset >= this.start && offset < this.end;
    this.chunks = isInside ? this.chunks.filter(({ endOffset }) => endOffset > offset) : [];
    this.unexplained = isInside ? this.unexplained.filter((each) => each >= offset) : [];
    this.start = offset;
    if (!isInside) this.end = offset;
  }
}

const ahead = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 3 }));
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('accept' as const),
        ahead,
        has: fc.array(fc.boolean(), { maxLength: 6 }),
        bytes: fc.nat(50),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('discard' as const),
        ahead: fc.integer({ min: -2, max: 15 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('skip' as const),
        ahead: fc.integer({ min: 0, max: 15 }),
        length: fc.integer({ min: 1, max: 5 }),
      }),
    },
  ),
  { maxLength: 40 },
);

test('a buffer does what one that looks at each offset does', () => {
  fc.assert(
    fc.property(steps, fc.nat(100), (all, bytes) => {
      const naive = new NaiveBuffer();
      const buffer = new PartitionBuffer(0n);
      for (const step of all) {
        if (step.kind === 'accept') {
          const from = Math.max(0, naive.end + step.ahead);
          const offsets = step.has.flatMap((has, index) => (has ? [from + index] : []));
          const added = chunk(from, from + step.has.length, offsets, step.bytes);
          expect(buffer.accept(added)).toBe(naive.accept(added));
        } else if (step.kind === 'discard') {
          const to = Math.max(0, naive.start + step.ahead);
          buffer.discardBefore(BigInt(to));
          naive.discardBefore(to);
        } else if (step.kind === 'skip') {
          const from = naive.start + step.ahead;
          buffer.skip({ startOffset: BigInt(from), endOffset: BigInt(from + step.length) });
          naive.skip(from, from + step.length);
        } else {
          buffer.settleJumps(buffer.jumps);
          naive.unexplained = [];
        }
        expect(Number(buffer.startOffset)).toBe(naive.start);
        expect(Number(buffer.endOffset)).toBe(naive.end);
        expect(buffer.bytes).toBe(naive.chunks.reduce((sum, each) => sum + each.bytes, 0));
        expect(offsetsIn(buffer.jumps)).toEqual(naive.unexplained);
        expect(Number(buffer.verifiedEnd)).toBe(naive.verifiedEnd);
        expect(Number(buffer.endWithin(bytes))).toBe(naive.endWithin(bytes));
        for (let start = naive.start; start <= naive.end; start += 1) {
          for (let end = start; end <= naive.end; end += 1) {
            const range = { startOffset: BigInt(start), endOffset: BigInt(end) };
            const offsets = [...buffer.records(range)].map(({ offset }) => Number(offset));
            expect(offsets).toEqual(naive.records(start, end));
          }
        }
      }
    }),
  );
});

test('the jumps that were looked at stay the same when more come', () => {
  const buffer = new PartitionBuffer(0n);
  buffer.accept(chunk(0, 5, [3, 4]));
  const seen = buffer.jumps;
  buffer.accept(chunk(5, 10, [8, 9]));
  buffer.settleJumps(seen);
  expect(buffer.jumps).toEqual([{ startOffset: 5n, endOffset: 8n }]);
});

test('memory of a chunk counts until all of it is done with', () => {
  const buffer = new PartitionBuffer(0n);
  buffer.accept(chunk(0, 4, [0, 1, 2, 3], 100));
  buffer.discardBefore(3n);
  expect(buffer.bytes).toBe(100);
  buffer.discardBefore(4n);
  expect(buffer.bytes).toBe(0);
});

describe('memory of a chunk is given back', () => {
  function recyclable(
    start: number,
    end: number,
  ): { readonly chunk: RecordChunk; readonly times: () => number } {
    let times = 0;
    const offsets = Array.from({ length: end - start }, (_, index) => start + index);
    return { chunk: { ...chunk(start, end, offsets), recycle: () => (times += 1) }, times: () => times };
  }

  test('when the last of its readers releases it, be that a batch or the buffer', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(4), { minLength: 5, maxLength: 5 }), (order) => {
        const buffer = new PartitionBuffer(0n);
        const [first, second] = [recyclable(0, 4), recyclable(4, 8)];
        for (const each of [first, second]) buffer.accept(each.chunk);
        // Batches of two offsets, but for the last, whose one is left in the buffer: 0–1, 2–3, 4–5, 6.
        const releases = [2n, 4n, 6n, 7n].map((end) => buffer.take(end).release);
        const left = new Set([0, 1, 2, 3, 4]);
        for (const step of order) {
          if (step === 4) buffer.discardBefore(8n);
          else releases[step]?.();
          left.delete(step);
          expect(first.times()).toBe(left.has(0) || left.has(1) ? 0 : 1);
          expect(second.times()).toBe(left.has(2) || left.has(3) || left.has(4) ? 0 : 1);
        }
      }),
    );
  });

  test('by batches alone once the buffer was emptied', () => {
    const buffer = new PartitionBuffer(0n);
    const { chunk: added, times } = recyclable(0, 4);
    buffer.accept(added);
    const { release } = buffer.take(2n);
    buffer.reset(0n);
    expect(times()).toBe(0);
    release();
    expect(times()).toBe(1);
  });

  test('never of a chunk that does not fit', () => {
    const buffer = new PartitionBuffer(0n);
    const { chunk: late, times } = recyclable(3, 4);
    expect(buffer.accept(late)).toBe(false);
    buffer.discardBefore(10n);
    expect(times()).toBe(0);
  });
});
