import type { ColumnMetaData, RowGroup } from 'hyparquet';
import { PageBytes } from './page-bytes.ts';
import { DATA_PAGE_V2, DICTIONARY_PAGE, readPageHeader, type PageHeader } from './page-header.ts';
import { READ_LIMITS } from './read-limits.ts';

type Decompress = (page: Uint8Array, size: number) => Uint8Array;

const [PLAIN, DELTA_BINARY_PACKED, DELTA_BYTE_ARRAY, RLE_DICTIONARY] = [0, 5, 7, 8];

/** Some bytes of a file, and where they begin in it. */
export interface FileSpan {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Where a column chunk begins in its file, and where it ends, in bytes. What the footer says; it may lead out of the file. */
export function chunkSpan(chunk: ColumnMetaData): { readonly start: number; readonly end: number } {
  const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  return { start, end: start + Number(chunk.total_compressed_size) };
}

/**
 * Holds the pages of a row group to the footer before a decoder believes them: that a page has as many values as its column
 * chunk, a run no more than its page, and that texts which share beginnings come to no more than any file here. A run of a
 * billion takes five bytes, and decoders write it out. Throws a `RangeError`.
 */
export function checkPages(span: FileSpan, { columns }: RowGroup, decompress: Decompress): void {
  for (const { meta_data } of columns) if (meta_data !== undefined) checkChunk(span, meta_data, decompress);
}

function checkChunk(span: FileSpan, chunk: ColumnMetaData, decompress: Decompress): void {
  const { num_values, total_uncompressed_size } = chunk;
  const decompressPage: Decompress = chunk.codec === 'UNCOMPRESSED' ? (bytes) => bytes : decompress;
  const { start, end } = chunkSpan(chunk);
  const bytes = new PageBytes(span.bytes, start - span.start, end - span.start);
  let left = Number(num_values);
  while (bytes.left > 0) {
    const header = readPageHeader(bytes);
    const page = bytes.at;
    bytes.skip(header.storedBytes);
    if (!(header.decompressedBytes >= 0 && header.decompressedBytes <= total_uncompressed_size)) {
      throw new RangeError(
        `expected a column chunk that decompresses to ${total_uncompressed_size} bytes, found a page of ${header.decompressedBytes}`,
      );
    }
    if (!(header.values >= 0 && header.values <= left)) {
      throw new RangeError(
        `expected pages of ${num_values} values in a column chunk, found ${header.values} in one`,
      );
    }
    if (header.type === DICTIONARY_PAGE) continue; // PLAIN: its bytes are all that it has
    if (header.type !== DATA_PAGE_V2) throw new RangeError(`no query writes pages of type ${header.type}`);
    left -= header.values;
    checkDataPage(span.bytes.subarray(page, page + header.storedBytes), header, decompressPage);
  }
  if (left !== 0)
    throw new RangeError(`expected ${num_values} values in a column chunk, found ${left} fewer`);
}

function checkDataPage(stored: Uint8Array, header: PageHeader, decompress: Decompress): void {
  const { values, nulls, encoding, levelBytes, isCompressed, decompressedBytes } = header;
  if (!(nulls >= 0 && nulls <= values)) throw new RangeError(`a page of ${values} values has ${nulls} nulls`);
  const levels = new PageBytes(stored, 0, levelBytes);
  if (levelBytes > 0) checkRuns(levels, 1, values);
  if (encoding === PLAIN) return;
  const packed = stored.subarray(levelBytes);
  const page = new PageBytes(isCompressed ? decompress(packed, decompressedBytes - levelBytes) : packed);
  const count = values - nulls;
  if (encoding === RLE_DICTIONARY) checkRuns(page, page.byte(), count);
  else if (encoding === DELTA_BINARY_PACKED) readDeltas(page, count);
  else if (encoding === DELTA_BYTE_ARRAY) checkTexts(page, count);
  else throw new RangeError(`no query writes pages of encoding ${encoding}`);
}

const GROUP = 8; // bit-packed values come in eights

/** Runs and groups of `width` bits a value, which are `count` values together; the last group may be filled up. */
function checkRuns(bytes: PageBytes, width: number, count: number): void {
  let seen = 0;
  while (seen < count) {
    const head = bytes.varint();
    const groups = Math.floor(head / 2);
    if (head % 2 === 0) {
      seen += groups;
      bytes.skip(Math.ceil(width / 8));
      if (seen > count) throw new RangeError(`a run leads past the ${count} values of its page`);
    } else {
      seen += groups * GROUP;
      if (seen >= count + GROUP) throw new RangeError(`a group leads past the ${count} values of its page`);
      bytes.skip(Math.min(groups * width, bytes.left));
    }
    if (groups === 0) throw new RangeError('a run of no values');
  }
}

const BLOCK = 128;
const MINI_BLOCKS = 4;
const MINI_BLOCK = BLOCK / MINI_BLOCKS;
const WIDEST = 64;

/** Whole numbers as differences, in blocks as they are written here. Calls `each` with those that fit into 53 bits. */
function readDeltas(bytes: PageBytes, count: number, each?: (value: number) => void): void {
  const [block, miniBlocks, total] = [bytes.varint(), bytes.varint(), bytes.varint()];
  if (block !== BLOCK || miniBlocks !== MINI_BLOCKS || total !== count) {
    throw new RangeError(
      `expected ${count} differences in blocks of ${BLOCK}, found ${total} in blocks of ${block}/${miniBlocks}`,
    );
  }
  let value = bytes.zigzag();
  if (count > 0) each?.(value);
  for (let left = count - 1; left > 0; left -= BLOCK) {
    const least = bytes.zigzag();
    const widths = [bytes.byte(), bytes.byte(), bytes.byte(), bytes.byte()];
    for (const [index, width] of widths.entries()) {
      const here = Math.min(MINI_BLOCK, left - index * MINI_BLOCK);
      if (width > WIDEST) throw new RangeError(`a difference of ${width} bits`);
      const mini = bytes.at;
      const size = (MINI_BLOCK * width) / 8;
      if (each === undefined || here <= 0) {
        bytes.skip(size);
        continue;
      }
      for (const difference of bytes.unpack(width, here)) each((value += least + difference));
      bytes.at = mini;
      bytes.skip(size);
    }
  }
}

/** Each text is so much of the one before it, and a rest. */
function checkTexts(bytes: PageBytes, count: number): void {
  const shared: number[] = [];
  readDeltas(bytes, count, (length) => shared.push(length));
  let previous = 0;
  let decompressed = 0;
  let index = 0;
  readDeltas(bytes, count, (rest) => {
    const prefix = shared[index++] ?? 0;
    if (!(prefix >= 0 && rest >= 0 && prefix <= previous)) {
      throw new RangeError(`a text shares ${prefix} bytes with one of ${previous}`);
    }
    previous = prefix + rest;
    decompressed += previous;
    if (decompressed > READ_LIMITS.decompressedBytes) {
      throw new RangeError(
        `expected texts that come to at most ${READ_LIMITS.decompressedBytes} bytes in a page`,
      );
    }
  });
}
