import { parquetMetadata, type ColumnMetaData, type FileMetaData } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

const MAGIC_BYTES = 4;
const TAIL_BYTES = 8;

/** A Parquet file with another footer, and perhaps more behind its pages; nothing of what the pages hold is changed. */
export function withFooter(
  body: Uint8Array,
  change: (metadata: FileMetaData, endOfPages: number) => void,
  morePages: Uint8Array = new Uint8Array(),
): Uint8Array {
  const metadata = parquetMetadata(Uint8Array.from(body).buffer);
  const footerBytes = Buffer.from(body).readUInt32LE(body.length - TAIL_BYTES);
  const endOfPages = body.length - TAIL_BYTES - footerBytes;
  change(metadata, endOfPages);
  const sink = new ByteWriter();
  const file = new ParquetWriter({ writer: sink, schema: metadata.schema });
  sink.appendBytes(body.subarray(MAGIC_BYTES, endOfPages));
  sink.appendBytes(morePages);
  file.row_groups.push(...metadata.row_groups);
  file.num_rows = metadata.num_rows;
  void file.finish();
  return sink.getBytes();
}

/** The same file, in which a column has other pages than it was written with, and a footer that says so honestly. */
export function withPages(body: Uint8Array, column: string, pages: readonly Uint8Array[]): Uint8Array {
  const chunk = Buffer.concat(pages);
  return withFooter(
    body,
    ({ row_groups: [group] }, endOfPages) => {
      const found = group?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === column);
      if (found?.meta_data === undefined) throw new Error(`there is no column ${column}`);
      const { dictionary_page_offset: _, ...rest } = found.meta_data;
      const size = BigInt(chunk.length);
      found.meta_data = {
        ...rest,
        ...(pages.length > 1 ? { dictionary_page_offset: BigInt(endOfPages) } : {}),
        data_page_offset: BigInt(endOfPages + (pages.length > 1 ? (pages[0]?.length ?? 0) : 0)),
        total_compressed_size: size,
        total_uncompressed_size: size,
      } satisfies ColumnMetaData;
    },
    chunk,
  );
}

const varint = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
const zigzag = (value: number): readonly number[] => varint(value < 0 ? -2 * value - 1 : 2 * value);
/** A number of Thrift's compact protocol, in the field behind the last one. */
const next = (value: number): readonly number[] => [0x15, ...zigzag(value)];
const [STOP, FALSE_FIELD, STRUCT_4, STRUCT_5] = [0, 0x12, 0x4c, 0x5c];

const ENCODINGS = { PLAIN: 0, DELTA_BINARY_PACKED: 5, DELTA_BYTE_ARRAY: 7, RLE_DICTIONARY: 8 } as const;

/** PLAIN 32-bit zeros; Snappy, as dictionaries always are. `entries`: what it says of them. */
export function dictionaryPage(entries: number): Uint8Array {
  const [zero, body] = [4, Buffer.from([4, 12, 0, 0, 0, 0])];
  const head = [...next(2), ...next(zero), ...next(body.length)];
  const detail = [STRUCT_4, ...next(entries), ...next(ENCODINGS.PLAIN), STOP];
  return Buffer.concat([Buffer.from([...head, ...detail, STOP]), body]);
}

export function dataPage(encoding: keyof typeof ENCODINGS, values: number, body: Uint8Array): Uint8Array {
  const head = [...next(3), ...next(body.length), ...next(body.length)];
  const counts = [...next(values), ...next(0), ...next(values)];
  const detail = [
    STRUCT_5,
    ...counts,
    ...next(ENCODINGS[encoding]),
    ...next(0),
    ...next(0),
    FALSE_FIELD,
    STOP,
  ];
  return Buffer.concat([Buffer.from([...head, ...detail, STOP]), body]);
}

/** So many times the same number of one bit, behind the byte that says how wide numbers are. */
export function runOf(count: number): Uint8Array {
  return Buffer.from([1, ...varint(2 * count), 0]);
}

/** DELTA_BINARY_PACKED, of up to 129 numbers that differ by less than 2^31. */
export function deltas(values: readonly number[], blockSize = 128): Uint8Array {
  const differences = values.slice(1).map((value, index) => value - (values[index] ?? 0));
  const least = Math.min(...differences);
  const packed = Buffer.alloc(4 * 128);
  for (const [index, difference] of differences.entries())
    packed.writeUInt32LE(difference - least, 4 * index);
  const head = [...varint(blockSize), ...varint(4), ...varint(values.length), ...zigzag(values[0] ?? 0)];
  return Buffer.concat([Buffer.from([...head, ...zigzag(least), 32, 32, 32, 32]), packed]);
}
