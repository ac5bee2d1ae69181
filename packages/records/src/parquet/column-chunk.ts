import type { ColumnChunk, Encoding, ParquetType, Statistics } from 'hyparquet';
import { ByteBuffer } from '../bytes/byte-buffer.ts';
import { appendRun } from './pages.ts';
import { appendVarint } from './varint.ts';

/** What `writeColumnChunk` writes to: the sink of `ParquetWriter`. */
export interface PageSink {
  readonly offset: number;
  appendBytes(bytes: Uint8Array): void;
}

export interface EncodedColumn {
  readonly name: string;
  readonly type: ParquetType;
  readonly encoding: Encoding;
  readonly page: Uint8Array;
  /** Whether Snappy is worth its time: packed bits have nothing that it could find. */
  readonly compressible: boolean;
  /** PLAIN, when `page` holds numbers of entries. */
  readonly dictionary?: { readonly page: Uint8Array; readonly entries: number };
  /** 1 for each row that has a value, which alone are in `page`; `undefined` when every row has. */
  readonly present: Uint8Array | undefined;
  readonly statistics: Statistics;
}

/** https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const DATA_PAGE_V2 = 3;
const DICTIONARY_PAGE = 2;
const ENCODING_NUMBERS: Partial<Record<Encoding, number>> = {
  PLAIN: 0,
  DELTA_BINARY_PACKED: 5,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
};

/**
 * Writes a column of a row group, which is flat, as one data page (and one dictionary page), and returns how the file's footer
 * describes it.
 */
export function writeColumnChunk(
  sink: PageSink,
  column: EncodedColumn,
  rows: number,
  compress: (bytes: Uint8Array) => Uint8Array,
): ColumnChunk {
  const { name, type, encoding, page, compressible, dictionary, present, statistics } = column;
  const start = sink.offset;
  let uncompressed = 0;
  if (dictionary !== undefined) {
    const stored = compress(dictionary.page);
    const header = dictionaryHeader(dictionary.page.length, stored.length, dictionary.entries);
    sink.appendBytes(header);
    sink.appendBytes(stored);
    uncompressed += header.length + dictionary.page.length;
  }
  const dataOffset = sink.offset;
  const packed = compressible ? compress(page) : page;
  const stored = packed.length < page.length ? packed : page;
  const levels = present === undefined ? new Uint8Array() : definitionLevels(present, rows);
  const header = dataHeader({
    raw: levels.length + page.length,
    stored: levels.length + stored.length,
    rows,
    nulls: Number(statistics.null_count ?? 0n),
    levels: levels.length,
    encoding,
    isCompressed: stored !== page,
  });
  for (const part of [header, levels, stored]) sink.appendBytes(part);
  uncompressed += header.length + levels.length + page.length;
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: dictionary === undefined ? [encoding] : ['PLAIN', encoding],
      path_in_schema: [name],
      codec: 'SNAPPY',
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(sink.offset - start),
      data_page_offset: BigInt(dataOffset),
      ...(dictionary === undefined ? {} : { dictionary_page_offset: BigInt(start) }),
      statistics,
    },
  };
}

function dictionaryHeader(raw: number, stored: number, entries: number): Uint8Array {
  const header = new ThriftStruct();
  header.int(1, DICTIONARY_PAGE);
  header.int(2, raw);
  header.int(3, stored);
  header.begin(7);
  header.int(1, entries);
  header.int(2, ENCODING_NUMBERS.PLAIN ?? 0);
  header.end();
  return header.finish();
}

/** The page of version 2 keeps levels out of what is compressed. */
function definitionLevels(present: Uint8Array, rows: number): Uint8Array {
  const out = new ByteBuffer(Math.ceil(rows / 8) + 16);
  appendRun(out, present, rows, 2, 1);
  return out.bytes;
}

function dataHeader(page: {
  readonly raw: number;
  readonly stored: number;
  readonly rows: number;
  readonly nulls: number;
  readonly levels: number;
  readonly encoding: Encoding;
  readonly isCompressed: boolean;
}): Uint8Array {
  const header = new ThriftStruct();
  header.int(1, DATA_PAGE_V2);
  header.int(2, page.raw);
  header.int(3, page.stored);
  header.begin(8);
  header.int(1, page.rows);
  header.int(2, page.nulls);
  header.int(3, page.rows);
  header.int(4, ENCODING_NUMBERS[page.encoding] ?? 0);
  header.int(5, page.levels); // bytes of definition levels: none in a required column
  header.int(6, 0); // bytes of repetition levels
  header.boolean(7, page.isCompressed);
  header.end();
  return header.finish();
}

const TRUE = 1;
const FALSE = 2;
const I32 = 5;
const STRUCT = 12;

/** As much of Thrift's compact protocol as page headers need; fields in ascending order. */
class ThriftStruct {
  readonly #out = new ByteBuffer(64);
  readonly #outer: number[] = [];
  #last = 0;

  int(field: number, value: number): void {
    this.#field(field, I32);
    appendVarint(this.#out, value * 2); // zigzag of what is never negative
  }

  boolean(field: number, value: boolean): void {
    this.#field(field, value ? TRUE : FALSE);
  }

  begin(field: number): void {
    this.#field(field, STRUCT);
    this.#outer.push(this.#last);
    this.#last = 0;
  }

  end(): void {
    this.#out.push(0);
    this.#last = this.#outer.pop() ?? 0;
  }

  finish(): Uint8Array {
    this.end();
    return this.#out.bytes;
  }

  #field(field: number, type: number): void {
    this.#out.push(((field - this.#last) << 4) | type);
    this.#last = field;
  }
}
