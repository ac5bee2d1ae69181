import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { createTicketHandler } from '@client-tickets/results';
import { listRanges } from '../src/results/listed-range.ts';
import { readJsonTickets } from '../src/results/read-json-tickets.ts';
import { readParquetTickets } from '../src/results/read-parquet-tickets.ts';
import { parseRangeFileName } from '../src/results/result-key.ts';
import { ticketBatch } from './support/ticket-batch.ts';

const handler = createTicketHandler({ formats: ['json', 'parquet'] });

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
          const name = parseRangeFileName(key);
          expect(name).toMatchObject({ partition, range });
          expect(`${name?.kind}/${name?.stem}.${name?.format}`).toBe(key);
        }
      }),
    );
  });

  test.for([
    'tickets/partition=00/00000000000000000000-00000000000000000001.json',
    'tickets/partition=0/0-1.json',
    'tickets/partition=0/00000000000000000005-00000000000000000001.json',
    'tickets/partition=0/00000000000000000000-00000000000000000001.csv',
    'dead_letters/partition=0/00000000000000000000-00000000000000000001.parquet',
    'other/partition=0/00000000000000000000-00000000000000000001.json',
  ])('%s is none', (key) => {
    expect(parseRangeFileName(key)).toBeUndefined();
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
        for (const key of [...keys, 'tickets/strange', 'dead_letters/partition=x/1'])
          objects.write(key, Buffer.from('x'), {});
        const listed: string[] = [];
        const stems: string[] = [];
        for await (const { stem, files } of listRanges(createMemoryObjectStore('memory://r/', objects))) {
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
    for await (const _ of listRanges(unordered));
  };
  await expect(read()).rejects.toThrow('ascending order');
});

test('both formats read alike, also at offsets beyond 2^53', async () => {
  for (const startOffset of [0n, 2n ** 53n + 1n, 2n ** 62n]) {
    const { files } = await handler.handle(ticketBatch({ count: 50, startOffset }), handler.initialState);
    const bodyOf = (ending: string): Uint8Array =>
      files.find(({ key }) => key.endsWith(ending))?.body ?? new Uint8Array();
    const json = [...readJsonTickets(bodyOf('.json'))];
    const parquet = [...(await readParquetTickets(bodyOf('.parquet')))()];
    expect(json).toHaveLength(50);
    expect(parquet).toEqual(json);
    expect(json[49]?.kafka_offset).toBe(startOffset + 49n);
  }
});
