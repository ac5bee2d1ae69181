import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { handleBatch } from '@client-tickets/micro-batch/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  FORMATS,
  checkFileSize,
  createQueryHandler,
  RowColumns,
  wholeFile,
  type StoredRow,
} from '../src/index.ts';
import { ticketQuery } from '@client-tickets/tickets';
import { dataPage, deltas, dictionaryPage, runOf, withFooter, withPages } from './planted-pages.ts';
import { generateTickets, toTicketBatch } from './records.ts';

const columns = new RowColumns(ticketQuery);
const names = columns.required;

/** A Parquet file of one value that is repeated: a few kilobytes, however many rows its row groups have. */
function repeatedRow(rows: number, groups = 1): Uint8Array {
  const sink = new ByteWriter();
  const file = new ParquetWriter({
    writer: sink,
    schema: [
      { name: 'ticket', num_children: names.length },
      ...names.map((name) => ({ name, type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' }) as const),
    ],
  });
  const value = new Uint8Array([0x61]);
  const data = Array.from({ length: rows }, () => value);
  for (let group = 0; group < groups; group += 1)
    void file.write({ columnData: names.map((name) => ({ name, data })), rowGroupSize: rows });
  void file.finish();
  return sink.getBytes();
}

/** Its groups, each decoded; what a row holds is not looked at before it is asked for. */
async function read(body: Uint8Array, offsets: bigint): Promise<readonly Iterable<StoredRow>[]> {
  const range = { startOffset: 0n, endOffset: offsets };
  const groups: Iterable<StoredRow>[] = [];
  for await (const group of FORMATS.parquet.readGroups(columns, wholeFile(body), range)) groups.push(group);
  return groups;
}

describe('a planted file is refused before it takes memory', () => {
  test('that has more rows than its range has offsets', async () => {
    const body = repeatedRow(3_000_000);
    expect(body.length).toBeLessThan(10_000);
    const before = process.memoryUsage().rss;
    await expect(read(body, 50n)).rejects.toThrow('expected at most 50 rows, found 3000000');
    await expect(read(body, 10n ** 12n)).rejects.toThrow(
      'expected at most 1048576 rows in a row group, found 3000000',
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  });

  test('that has more rows than fit into so many bytes, though each row group has few', async () => {
    const body = withFooter(repeatedRow(2), (metadata) => {
      const [group] = metadata.row_groups;
      if (group === undefined) return;
      group.num_rows = 1_000_000n;
      metadata.row_groups = Array.from({ length: 68 }, () => group);
      metadata.num_rows = 68_000_000n;
    });
    await expect(read(body, 10n ** 12n)).rejects.toThrow('expected at most 67108864 rows, found 68000000');
  });

  test('whose columns would decompress to more than any batch has', async () => {
    const body = withFooter(repeatedRow(2), ({ row_groups: [group] }) => {
      const [column] = group?.columns ?? [];
      if (column?.meta_data !== undefined) column.meta_data.total_uncompressed_size = 10n ** 10n;
    });
    await expect(read(body, 2n)).rejects.toThrow('decompress to at most 268435456 bytes');
  });

  test('whose footer and row groups do not agree', async () => {
    const body = repeatedRow(2);
    const more = withFooter(body, (metadata) => (metadata.num_rows = 3n));
    await expect(read(more, 3n)).rejects.toThrow('the footer says 3 rows, the row groups hold 2');
    const other = withFooter(body, ({ row_groups: [group] }) => {
      const [column] = group?.columns ?? [];
      if (column?.meta_data !== undefined) column.meta_data.num_values = 2_000_000_000n;
    });
    await expect(read(other, 2n)).rejects.toThrow('expected 2 values in each column');
  });

  test('that is larger than anything that is written', () => {
    expect(() => checkFileSize(400 * 1024 * 1024)).toThrow(
      'expected at most 268435456 bytes, found 419430400',
    );
  });
});

test('a file may have more rows than one row group, as large files of short tickets do', async () => {
  const rows = 600_000;
  const body = repeatedRow(rows, 2);
  expect(await read(body, BigInt(2 * rows))).toHaveLength(2);
});

describe('a page that lies within a file with an honest footer is refused before a decoder believes it', () => {
  const ROWS = 50;
  let body: Uint8Array = new Uint8Array();
  beforeAll(async () => {
    const handler = createQueryHandler(ticketQuery, { formats: ['parquet'] });
    const { files } = await handleBatch(handler, toTicketBatch(generateTickets(ROWS)), handler.initialState);
    body = files[0]?.body ?? body;
  });

  const partition = dictionaryPage(1);
  const readWith = async (column: string, ...pages: readonly Uint8Array[]): Promise<number> => {
    const groups = await read(withPages(body, column, pages), BigInt(ROWS));
    return groups.flatMap((group) => [...group]).length;
  };

  test('but not one that does not', async () => {
    expect(await readWith('kafka_partition', partition, dataPage('RLE_DICTIONARY', ROWS, runOf(ROWS)))).toBe(
      ROWS,
    );
    const offsets = Array.from({ length: ROWS }, (_, offset) => offset);
    expect(await readWith('kafka_offset', dataPage('DELTA_BINARY_PACKED', ROWS, deltas(offsets)))).toBe(ROWS);
  });

  test.each([
    {
      what: 'a run of a hundred million',
      column: 'kafka_partition',
      pages: [partition, dataPage('RLE_DICTIONARY', ROWS, runOf(100_000_000))],
      message: 'a run leads past the 50 values of its page',
    },
    {
      what: 'runs of nothing, again and again',
      column: 'kafka_partition',
      pages: [partition, dataPage('RLE_DICTIONARY', ROWS, Buffer.alloc(1_000))],
      message: 'a run of no values',
    },
    {
      what: 'more values than its column',
      column: 'kafka_partition',
      pages: [partition, dataPage('RLE_DICTIONARY', 2_000_000_000, runOf(2_000_000_000))],
      message: 'expected pages of 50 values in a column chunk, found 2000000000 in one',
    },
    {
      what: 'a dictionary of a billion',
      column: 'kafka_partition',
      pages: [dictionaryPage(1_000_000_000), dataPage('RLE_DICTIONARY', ROWS, runOf(ROWS))],
      message: 'expected pages of 50 values in a column chunk, found 1000000000 in one',
    },
    {
      what: 'fewer values than its column',
      column: 'kafka_partition',
      pages: [partition, dataPage('RLE_DICTIONARY', ROWS - 1, runOf(ROWS - 1))],
      message: 'expected 50 values in a column chunk, found 1 fewer',
    },
    {
      what: 'differences in blocks of gigabytes',
      column: 'kafka_offset',
      pages: [dataPage('DELTA_BINARY_PACKED', ROWS, deltas(Array<number>(ROWS).fill(0), 2 ** 32))],
      message: 'expected 50 differences in blocks of 128, found 50 in blocks of 4294967296/4',
    },
    {
      what: 'texts that share megabytes with each other',
      column: 'ticket_id',
      pages: [
        dataPage(
          'DELTA_BYTE_ARRAY',
          ROWS,
          Buffer.concat([
            deltas([0, ...Array<number>(ROWS - 1).fill(8_000_000)]),
            deltas([8_000_000, ...Array<number>(ROWS - 1).fill(0)]),
            Buffer.alloc(8_000_000, 'x'),
          ]),
        ),
      ],
      message: 'expected texts that come to at most 268435456 bytes in a page',
    },
    {
      what: 'a text that shares more than there is',
      column: 'ticket_id',
      pages: [
        dataPage(
          'DELTA_BYTE_ARRAY',
          ROWS,
          Buffer.concat([
            deltas([1_000_000_000, ...Array<number>(ROWS - 1).fill(0)]),
            deltas(Array<number>(ROWS).fill(0)),
          ]),
        ),
      ],
      message: 'a text shares 1000000000 bytes with one of 0',
    },
    {
      what: 'less than it says',
      column: 'kafka_offset',
      pages: [dataPage('DELTA_BINARY_PACKED', ROWS, deltas([0, 1]).subarray(0, 20))],
      message: 'expected 50 differences',
    },
  ])('that has $what', async ({ column, pages, message }) => {
    const before = process.memoryUsage().rss;
    await expect(readWith(column, ...pages)).rejects.toThrow(message);
    expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024);
  });

  test('and a footer that is larger than any of ours is not parsed', async () => {
    const planted = Buffer.from(body);
    planted.writeUInt32LE(2 * 1024 * 1024, planted.length - 8);
    await expect(read(planted, BigInt(ROWS))).rejects.toThrow('expected a footer of at most 1048576 bytes');
  });
});
