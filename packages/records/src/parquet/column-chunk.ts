import type { ColumnChunk, Encoding, ParquetType, Statistics } from 'hyparquet';
import { ByteBuffer } from '../bytes/byte-buffer.ts';
import { dataPageHeader, dictionaryPageHeader } from './page-header.ts';
import { appendRun } from './pages.ts';
import { placesOf } from './places.ts';
import { appendSnappy } from './snappy.ts';

export interface EncodedColumn {
  readonly name: string;
  readonly type: ParquetType;
  readonly encoding: Encoding;
  /** How many rows have a value; these alone are written. */
  readonly length: number;
  /** Appends values `[from, to)`. */
  readonly write: (out: ByteBuffer, from: number, to: number) => void;
  /** Where a page ends that begins with value `from`; by default they are all in one. */
  readonly pageEnd?: (from: number) => number;
  /** Whether Snappy is worth its time: packed bits have nothing that it could find. */
  readonly compressible: boolean;
  /** PLAIN, when `write` writes numbers of entries. */
  readonly dictionary?: { readonly write: (out: ByteBuffer) => void; readonly entries: number };
  /** 1 for each row that has a value; `undefined` when every row must have one. */
  readonly present: Uint8Array | undefined;
  readonly statistics: Statistics;
}

/** What memory for pages keeps from one to the next. */
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Where a page is put together and compressed, one after the other: this takes no turn of the event loop, so all files share it.
 * Memory for each would be garbage outside of the heap, for which the collector comes each time.
 */
const memory = { page: new ByteBuffer(1024), packed: new ByteBuffer(1024) };

/** Appends a column of a row group, which is flat, and returns how the file's footer describes it. `base`: where `out` begins in the file. */
export function writeColumnChunk(
  out: ByteBuffer,
  base: number,
  column: EncodedColumn,
  rows: number,
): ColumnChunk {
  const { name, type, encoding, length, dictionary, statistics, pageEnd } = column;
  const start = base + out.length;
  let raw = 0;
  if (dictionary !== undefined) raw += writeDictionary(out, dictionary);
  const dataOffset = base + out.length;
  const places = placesOf(column.present, rows);
  let from = 0;
  let row = 0;
  do {
    const to = pageEnd?.(from) ?? length;
    const endRow = to === length ? rows : (places?.[to] ?? to);
    raw += writePage(out, column, { from, to, row, endRow });
    from = to;
    row = endRow;
  } while (from < length);
  for (const kind of ['page', 'packed'] as const) {
    if (memory[kind].memory.length > KEPT_BYTES) memory[kind] = new ByteBuffer(1024);
  }
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: dictionary === undefined ? [encoding] : ['PLAIN', encoding],
      path_in_schema: [name],
      codec: 'SNAPPY',
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(raw),
      total_compressed_size: BigInt(base + out.length - start),
      data_page_offset: BigInt(dataOffset),
      ...(dictionary === undefined ? {} : { dictionary_page_offset: BigInt(start) }),
      statistics,
    },
  };
}

/** Its decompressed size, with its header. */
function writeDictionary(
  out: ByteBuffer,
  { write, entries }: NonNullable<EncodedColumn['dictionary']>,
): number {
  const { page, packed } = memory;
  page.length = 0;
  write(page);
  packed.length = 0;
  appendSnappy(packed, page.view, 0, page.length);
  const header = dictionaryPageHeader({ raw: page.length, stored: packed.length, entries });
  out.append(header);
  out.appendPart(packed.view, 0, packed.length);
  return header.length + page.length;
}

/** A page with values `[from, to)`, which are those of rows `[row, endRow)`. Its decompressed size, with its header. */
function writePage(
  out: ByteBuffer,
  { encoding, present, compressible, write }: EncodedColumn,
  { from, to, row, endRow }: { from: number; to: number; row: number; endRow: number },
): number {
  const { page, packed } = memory;
  page.length = 0;
  // The page of version 2 keeps levels out of what is compressed.
  if (present !== undefined) appendRun(page, present, { from: row, to: endRow, kinds: 2, width: 1 });
  const levels = page.length;
  if (to > from) write(page, from, to);
  const values = page.length - levels;
  packed.length = 0;
  if (compressible) appendSnappy(packed, page.view, levels, page.length);
  const isCompressed = compressible && packed.length < values;
  const header = dataPageHeader({
    raw: page.length,
    stored: levels + (isCompressed ? packed.length : values),
    rows: endRow - row,
    nulls: endRow - row - (to - from),
    levels,
    encoding,
    isCompressed,
  });
  out.append(header);
  out.appendPart(page.view, 0, isCompressed ? levels : page.length);
  if (isCompressed) out.appendPart(packed.view, 0, packed.length);
  return header.length + page.length;
}
