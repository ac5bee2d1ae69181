import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryObjectStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { ParquetFile, RecordReader } from '@client-tickets/records';
import { readRows, RowColumns, type StoredRow } from '@client-tickets/results';
import { createTicketGenerator, ticketQuery } from '@client-tickets/tickets';
import { MergedRows, type MergedSlice, type SliceRows } from '../src/verify/merged-rows.ts';

const COUNT = 60;
const KEY = 'tickets/merged/all.parquet';
const columns = new RowColumns(ticketQuery);

/** A file of all offsets but `letters`, in row groups of so many rows. */
async function mergedFile(letters: readonly number[], groupRows: number) {
  const generator = createTicketGenerator({ seed: 1, startTime: new Date('2026-11-22T09:30:00Z') });
  const rows = new RecordReader(ticketQuery.record, { keepUnknownFields: false }).createColumns(groupRows);
  const file = new ParquetFile(ticketQuery, { partition: 0, hasExtra: false, memory: 64 * 1024 });
  const offsets = new Float64Array(groupRows);
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < COUNT; offset += 1) {
    const { created_at: at, ...ticket } = generator.next();
    const values = new Map<string, unknown>(
      Object.entries({ ...ticket, created_at: BigInt(Date.parse(at)) * 1_000n }),
    );
    if (!letters.includes(offset)) {
      offsets[rows.length] = offset;
      rows.addStored((name) => values.get(name) ?? null);
    }
    const isLast = offset === COUNT - 1;
    if (rows.length === 0 || (rows.length < groupRows && !isLast)) continue;
    file.addRowGroup(rows, { offsets, baseOffset: 0n });
    rows.clear();
    parts.push(Uint8Array.from(file.bytes));
    file.continueIn(file.memory);
  }
  const body = Buffer.concat([...parts, file.finish()]);
  const range = { startOffset: 0n, endOffset: BigInt(COUNT) };
  const all = await readRows('parquet', columns, body, range);
  expect(all).toHaveLength(COUNT - letters.length);
  return { body, all, file: { key: KEY, size: body.length, partition: 0, range, began: 0 } };
}

function rowsIn(slice: MergedSlice): SliceRows {
  if (slice instanceof Error) throw slice;
  return slice;
}

/** As many as are asked for, and no more is looked at. */
async function read(slice: SliceRows, most = Infinity): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = [];
  if (most === 0) return rows;
  for await (const group of slice.groups()) for (const row of group) if (rows.push(row) >= most) return rows;
  return rows;
}

test('slices hold the rows of their ranges, however far each is read, and however often', async () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 0, max: COUNT }), { maxLength: 6 });
  const reads = fc.array(fc.array(fc.nat({ max: 12 }), { maxLength: 3 }), { minLength: 8, maxLength: 8 });
  const broken = fc.uniqueArray(fc.nat({ max: COUNT - 1 }), { maxLength: COUNT - 1 });
  const sizes = fc.tuple(fc.integer({ min: 1, max: COUNT }), fc.integer({ min: 8, max: 4_000 }));
  await fc.assert(
    fc.asyncProperty(cuts, reads, broken, sizes, async (ends, often, letters, [groupRows, partBytes]) => {
      const { body, all, file } = await mergedFile(letters, groupRows);
      const objects = new MemoryObjects();
      objects.write(KEY, body);
      const merged = new MergedRows(createMemoryObjectStore('memory://results/', objects), columns, {
        partBytes,
      });
      let start = 0n;
      for (const [index, end] of [...ends, COUNT].sort((a, b) => a - b).entries()) {
        const range = { startOffset: start, endOffset: BigInt(end) };
        const expected = all.filter(({ offset }) => range.startOffset <= offset && offset < range.endOffset);
        const slice = rowsIn(await merged.take(file, range));
        expect(slice.isEmpty).toBe(expected.length === 0);
        for (const most of often[index] ?? [])
          expect(await read(slice, most)).toEqual(expected.slice(0, most));
        expect(await slice.finish()).toBeUndefined();
        expect(await read(slice)).toEqual(expected);
        start = range.endOffset;
      }
    }),
    { numRuns: 100 },
  );
});

test('a file is damaged from the row group on that is, and in each slice after it', async () => {
  const { body, all, file } = await mergedFile([], 20);
  const objects = new MemoryObjects();
  const at = Math.floor(body.length / 2);
  objects.write(KEY, Buffer.concat([body.subarray(0, at), Buffer.alloc(40, 0xff), body.subarray(at + 40)]));
  const merged = new MergedRows(createMemoryObjectStore('memory://results/', objects), columns);
  const first = rowsIn(await merged.take(file, { startOffset: 0n, endOffset: 15n }));
  expect(await read(first)).toEqual(all.slice(0, 15));
  const second = rowsIn(await merged.take(file, { startOffset: 15n, endOffset: 50n }));
  const failed = await read(second).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  const problem = await second.finish();
  expect(problem).toBe(failed);
  expect(await merged.take(file, { startOffset: 50n, endOffset: 60n })).toBe(problem);
});
