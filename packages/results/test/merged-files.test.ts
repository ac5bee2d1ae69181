import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { widestCover } from '../src/delta/widest-cover.ts';
import { isResultKey, parseRangeKey, planMerges, readTable, rowsKey } from '../src/index.ts';
import { mergedKey, parseMergedKey } from '../src/layout/result-keys.ts';
import { ticketQuery } from '@client-tickets/tickets';
import { topic } from './records.ts';
import { createTableWriter, frontierOf, storeTickets } from './ranges.ts';

const key = (startOffset: bigint, endOffset: bigint, began = 1): string =>
  mergedKey('tickets', { partition: 0, startOffset, endOffset }, began);

test('the name of a merged file says what it holds and when its merging began, and is no range of its own', () => {
  const name = key(0n, 2n ** 62n, 1_764_201_600_000);
  expect(parseMergedKey('tickets', name)).toEqual({
    partition: 0,
    range: { startOffset: 0n, endOffset: 2n ** 62n },
    began: 1_764_201_600_000,
  });
  expect(parseRangeKey('tickets', name)).toBeUndefined();
  expect(isResultKey(ticketQuery, name)).toBe(true);
  expect(name).toMatch(/^tickets\/merged\/partition=0\//);
});

describe('of files that overlap', () => {
  test('those are taken that hold each offset once and as many as possible, as few as that takes', () => {
    const lengths = fc.record({ start: fc.nat({ max: 12 }), length: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(fc.array(lengths, { maxLength: 9 }), (all) => {
        const files = all.map(({ start, length }) => {
          return { range: { startOffset: BigInt(start), endOffset: BigInt(start + length) } };
        });
        const chosen = widestCover(files);
        const sizeOf = (some: typeof files): number =>
          some.reduce((sum, { range }) => sum + Number(range.endOffset - range.startOffset), 0);
        const isDisjoint = (some: readonly (typeof files)[number][]): boolean =>
          some.every(
            (a, at) =>
              !some
                .slice(at + 1)
                .some(
                  (b) => a.range.startOffset < b.range.endOffset && b.range.startOffset < a.range.endOffset,
                ),
          );
        let [best, fewest] = [0, 0];
        for (let choice = 0; choice < 2 ** files.length; choice += 1) {
          const some = files.filter((_, at) => (choice & (1 << at)) !== 0);
          if (!isDisjoint(some)) continue;
          const size = sizeOf(some);
          if (size > best || (size === best && some.length < fewest)) [best, fewest] = [size, some.length];
        }
        expect(isDisjoint(chosen)).toBe(true);
        expect([sizeOf([...chosen]), chosen.length]).toEqual([best, fewest]);
        expect([...chosen].sort((a, b) => Number(a.range.startOffset - b.range.startOffset))).toEqual(chosen);
      }),
    );
  });
});

describe('what is merged', () => {
  const LOG_LENGTH = 10n ** 15n;
  const tables = fc.array(
    fc.record({
      partition: fc.nat({ max: 1 }),
      gap: fc.constantFrom(0n, 0n, 3n, LOG_LENGTH),
      width: fc.constantFrom(1n, 100n, 300_000n, 700_000n),
      size: fc.integer({ min: 1, max: 70 }),
      isMerged: fc.boolean(),
    }),
    { maxLength: 30 },
  );

  test('are small neighbours of one partition and log, which fit into one file that readers take', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 150 }), (all, targetBytes) => {
        const ends = [0n, 0n];
        const files = all.map(({ partition, gap, width, size, isMerged }) => {
          const startOffset = (ends[partition] ?? 0n) + gap;
          const range = { partition, startOffset, endOffset: startOffset + width };
          ends[partition] = range.endOffset;
          return [
            isMerged ? mergedKey('tickets', range, 1) : rowsKey('tickets', 'parquet', range),
            size,
          ] as const;
        });
        const merges = planMerges('tickets', { files: new Map(files) }, targetBytes);
        const keysOf = (partition: number) =>
          files.map(([key]) => key).filter((key) => key.includes(`partition=${partition}/`));
        for (const merge of merges) {
          const [first] = merge;
          const keys = merge.map((input) => input.key);
          const partition = first?.partition ?? 0;
          expect(merge.length).toBeGreaterThan(1);
          expect(keysOf(partition).join()).toContain(keys.join());
          expect(merge.every(({ size }) => size < targetBytes / 2)).toBe(true);
          expect(merge.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(targetBytes);
          const widths = merge.map(({ range }) => range.endOffset - range.startOffset);
          expect(widths.reduce((a, b) => a + b)).toBeLessThanOrEqual(1_048_576n);
          expect(new Set(merge.map(({ range }) => range.startOffset / LOG_LENGTH)).size).toBe(1);
        }
        const taken = merges.flat().map(({ key }) => key);
        expect(new Set(taken).size).toBe(taken.length);
      }),
    );
  });
});

describe('a log that is written again', () => {
  async function place(ranges: number) {
    const objects = new MemoryObjects();
    const results = createMemoryObjectStore('memory://results/', objects);
    const small: string[] = [];
    for (let range = 0; range < ranges; range += 1) {
      const { files } = await storeTickets(objects, 0, BigInt(range) * 3n);
      small.push(...files.map((file) => file.key));
    }
    return {
      objects,
      results,
      small,
      merge: (start: bigint, end: bigint, began?: number) => objects.write(key(start, end, began), 'x'),
      filesAfter: async (end: bigint) => {
        await createTableWriter(results).commit(new Map([[0, frontierOf([], end)]]));
        return [...((await readTable(results, { table: 'tickets', topic }))?.files.keys() ?? [])].sort();
      },
    };
  }

  test('names a merged file in the place of small ones, be they there or not', async () => {
    for (const isVacuumed of [false, true]) {
      const { objects, small, merge, filesAfter } = await place(4);
      merge(0n, 9n);
      if (isVacuumed) for (const each of small.slice(0, 3)) objects.objects.delete(each);
      expect(await filesAfter(12n)).toEqual([key(0n, 9n), ...small.slice(3)]);
    }
  });

  test('is not led astray by the widest file, where that one is of a merge that came to nothing', async () => {
    const { objects, small, merge, filesAfter } = await place(4);
    merge(0n, 6n);
    merge(6n, 12n);
    merge(0n, 9n, 2);
    for (const each of small) objects.objects.delete(each);
    expect(await filesAfter(12n)).toEqual([key(0n, 6n), key(6n, 12n)]);
  });

  test('is refused where an older copy of it ends within a merged file whose small ones are gone', async () => {
    const { objects, results, small, merge, filesAfter } = await place(4);
    await createTableWriter(results).commit(new Map([[0, frontierOf([], 6n)]]));
    merge(3n, 12n);
    for (const each of small.slice(1)) objects.objects.delete(each);
    await expect(filesAfter(12n)).rejects.toThrow('Delete the folder');
    objects.remove(/_delta_log/);
    expect(await filesAfter(12n)).toEqual([key(3n, 12n), ...small.slice(0, 1)].sort());
  });
});
