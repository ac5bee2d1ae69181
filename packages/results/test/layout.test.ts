import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore, MemoryObjects, handleBatch } from '@client-tickets/micro-batch/testing';
import {
  createQueryHandler,
  listRanges,
  parseRangeKey,
  RESULT_FORMATS,
  RowColumns,
  readRows,
} from '../src/index.ts';
import { ticketQuery } from '@client-tickets/tickets';
import { generateTickets, toTicketBatch } from './records.ts';

const handler = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });

const ranges = fc.record({
  partition: fc.nat({ max: 120 }),
  startOffset: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  size: fc.bigInt({ min: 1n, max: 1_000n }),
});

describe('file names', () => {
  test('are read back as the handler writes them', () => {
    fc.assert(
      fc.property(ranges, ({ partition, startOffset, size }) => {
        const range = { startOffset, endOffset: startOffset + size };
        for (const key of handler.fileKeys({ topic: 't', partition, ...range })) {
          const name = parseRangeKey('tickets', key);
          expect(name).toMatchObject({ partition, range });
          expect(key.endsWith(`/${name?.stem}.${name?.format}`)).toBe(true);
        }
      }),
    );
  });

  test.for([
    'tickets/partition=0/00000000000000000000-00000000000000000001.json',
    'tickets_json/partition=0/00000000000000000000-00000000000000000001.parquet',
    'tickets/partition=00/00000000000000000000-00000000000000000001.parquet',
    'tickets/partition=0/0-1.parquet',
    'tickets/partition=0/00000000000000000005-00000000000000000001.parquet',
    'tickets/partition=0/00000000000000000000-00000000000000000001.csv',
    'dead_letters/partition=0/00000000000000000000-00000000000000000001.parquet',
    'other/partition=0/00000000000000000000-00000000000000000001.parquet',
  ])('%s is none', (key) => {
    expect(parseRangeKey('tickets', key)).toBeUndefined();
  });
});

test('files of one range come together, in order, whatever partitions and folders they are in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(ranges, { maxLength: 30 }),
      fc.array(fc.boolean(), { minLength: 90, maxLength: 90 }),
      async (all, there) => {
        const objects = new MemoryObjects();
        const keys = new Set<string>();
        for (const [index, { partition, startOffset, size }] of all.entries()) {
          const range = { topic: 't', partition, startOffset, endOffset: startOffset + size };
          for (const [file, key] of handler.fileKeys(range).entries())
            if (there[index * 3 + file] === true) keys.add(key);
        }
        for (const key of [...keys, 'tickets/strange', 'dead_letters/partition=x/1']) objects.write(key, 'x');
        const listed: string[] = [];
        const stems: string[] = [];
        for await (const { stem, files } of listRanges(
          createMemoryObjectStore('memory://r/', objects),
          'tickets',
        )) {
          stems.push(stem);
          listed.push(...files.map(({ key }) => key));
        }
        expect(new Set(listed)).toEqual(keys);
        expect(listed).toHaveLength(keys.size);
        expect(stems).toEqual([...new Set(stems)].sort());
      },
    ),
  );
});

test('a store that does not list in order is found out', async () => {
  const store = createMemoryObjectStore();
  const unordered = {
    ...store,
    async *list(prefix: string) {
      for (const offset of [5, 1]) {
        const name = `${String(offset).padStart(20, '0')}-${String(offset).padStart(20, '0')}`;
        yield await Promise.resolve({ key: `${prefix}partition=0/${name}.json`, size: 1 });
      }
    },
  };
  const read = async (): Promise<void> => {
    for await (const _ of listRanges(unordered, 'tickets'));
  };
  await expect(read()).rejects.toThrow('ascending order');
});

test('both formats read alike, also at offsets beyond 2^53', async () => {
  const columns = new RowColumns(ticketQuery);
  for (const startOffset of [0n, 2n ** 53n + 1n, 2n ** 62n]) {
    const batch = toTicketBatch(generateTickets(50), 3, startOffset);
    const { files } = await handleBatch(handler, batch, handler.initialState);
    const read = RESULT_FORMATS.map(async (format) => {
      const file = files.find(({ key }) => key.endsWith(format));
      return readRows(format, columns, file?.body ?? new Uint8Array(), batch);
    });
    const [json, parquet] = await Promise.all(read);
    expect(json).toHaveLength(50);
    expect(parquet).toEqual(json);
    expect(json?.[49]).toMatchObject({ partition: 3, offset: startOffset + 49n });
  }
});
