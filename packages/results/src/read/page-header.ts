import type { PageBytes } from './page-bytes.ts';

/** What a page says of itself, as far as `checkPages` asks. https://github.com/apache/parquet-format, parquet.thrift */
export interface PageHeader {
  readonly type: number;
  readonly decompressedBytes: number;
  readonly storedBytes: number;
  readonly values: number;
  readonly nulls: number;
  readonly encoding: number;
  readonly levelBytes: number;
  readonly isCompressed: boolean;
}

export const DATA_PAGE_V2 = 3;
export const DICTIONARY_PAGE = 2;

/** Reads the header that begins here, up to where the page itself begins. */
export function readPageHeader(bytes: PageBytes): PageHeader {
  const page = readStruct(bytes);
  const type = numberOf(page, 1);
  const about = page.get(type === DICTIONARY_PAGE ? 7 : 8);
  const detail: Struct = about instanceof Map ? about : new Map();
  const isData = type === DATA_PAGE_V2;
  return {
    type,
    decompressedBytes: numberOf(page, 2),
    storedBytes: numberOf(page, 3),
    values: numberOf(detail, 1),
    nulls: isData ? numberOf(detail, 2) : 0,
    encoding: numberOf(detail, isData ? 4 : 2),
    levelBytes: isData ? numberOf(detail, 5) + numberOf(detail, 6) : 0,
    isCompressed: !isData || detail.get(7) !== false,
  };
}

type Struct = ReadonlyMap<number, number | boolean | Struct>;

/** -1, which is right for nothing, where it is not there. */
function numberOf(struct: Struct, field: number): number {
  const value = struct.get(field);
  return typeof value === 'number' ? value : -1;
}

const [STOP, TRUE, FALSE, I32, I64, BINARY, STRUCT] = [0, 1, 2, 5, 6, 8, 12];
const MOST_DEPTH = 4;

/** Thrift's compact protocol, as much of it as page headers have. */
function readStruct(bytes: PageBytes, depth = 0): Struct {
  const fields = new Map<number, number | boolean | Struct>();
  let field = 0;
  for (;;) {
    const head = bytes.byte();
    const type = head & 15;
    if (type === STOP) return fields;
    field = head >> 4 === 0 ? bytes.zigzag() : field + (head >> 4);
    if (type === TRUE || type === FALSE) fields.set(field, type === TRUE);
    else if (type === I32 || type === I64) fields.set(field, bytes.zigzag());
    else if (type === BINARY) bytes.skip(bytes.varint());
    else if (type === STRUCT && depth < MOST_DEPTH) fields.set(field, readStruct(bytes, depth + 1));
    else throw new RangeError(`a page's header has a field of type ${type}, which none here has`);
  }
}
