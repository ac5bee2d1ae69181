import { parquetMetadata, type FileMetaData } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { checkFileSize, FORMATS, RowColumns } from '../src/index.ts';
import { ticketQuery } from '@client-tickets/tickets';

const columns = new RowColumns(ticketQuery);
const names = columns.required;

/** A Parquet file of one value that is repeated: a few kilobytes, however many rows. */
function repeatedRow(rows: number): Uint8Array {
  const sink = new ByteWriter();
  const file = new ParquetWriter({
    writer: sink,
    schema: [
      { name: 'ticket', num_children: names.length },
      ...names.map((name) => ({ name, type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' }) as const),
    ],
  });
  const value = new Uint8Array([0x61]);
  void file.write({
    columnData: names.map((name) => ({ name, data: Array.from({ length: rows }, () => value) })),
    rowGroupSize: rows,
  });
  void file.finish();
  return sink.getBytes();
}

/** The same file with another footer. */
function withFooter(body: Uint8Array, change: (metadata: FileMetaData) => void): Uint8Array {
  const metadata = parquetMetadata(Uint8Array.from(body).buffer);
  change(metadata);
  const sink = new ByteWriter();
  const file = new ParquetWriter({ writer: sink, schema: metadata.schema });
  file.row_groups.push(...metadata.row_groups);
  file.num_rows = metadata.num_rows;
  void file.finish();
  return sink.getBytes();
}

const read = (body: Uint8Array, offsets: bigint) =>
  FORMATS.parquet.read(columns, body, { startOffset: 0n, endOffset: offsets });

describe('a planted file is refused before it takes memory', () => {
  test('that has more rows than its range has offsets', async () => {
    const body = repeatedRow(3_000_000);
    expect(body.length).toBeLessThan(10_000);
    const before = process.memoryUsage().rss;
    await expect(read(body, 50n)).rejects.toThrow('expected at most 50 rows, found 3000000');
    await expect(read(body, 10n ** 12n)).rejects.toThrow('expected at most 1048576 rows, found 3000000');
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  });

  test('whose columns would unfold to more than any batch has', async () => {
    const body = withFooter(repeatedRow(2), ({ row_groups: [group] }) => {
      const [column] = group?.columns ?? [];
      if (column?.meta_data !== undefined) column.meta_data.total_uncompressed_size = 10n ** 10n;
    });
    await expect(read(body, 2n)).rejects.toThrow('unfold to at most 268435456 bytes');
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
