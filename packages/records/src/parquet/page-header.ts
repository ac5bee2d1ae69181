import type { Encoding } from 'hyparquet';
import { ByteBuffer } from '../bytes/byte-buffer.ts';
import { appendVarint } from './varint.ts';

/** https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const DATA_PAGE_V2 = 3;
const DICTIONARY_PAGE = 2;
const ENCODING_NUMBERS: Partial<Record<Encoding, number>> = {
  PLAIN: 0,
  DELTA_BINARY_PACKED: 5,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
};

/** `raw` and `stored`: bytes of the page before and after it was compressed. */
export function dictionaryPageHeader({
  raw,
  stored,
  entries,
}: {
  readonly raw: number;
  readonly stored: number;
  readonly entries: number;
}): Uint8Array {
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

/** `raw` and `stored` count the definition levels, too, which are `levels` bytes. */
export function dataPageHeader(page: {
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
  header.int(5, page.levels); // none in a required column
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
