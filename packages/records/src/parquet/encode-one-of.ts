import type { OneOfColumn } from '../columns/one-of-column.ts';
import type { Derived } from '../declaration/query.ts';
import type { EncodedColumn } from './column-chunk.ts';
import { indexPage, plainTextPage, type Texts } from './pages.ts';
import { placesOf } from './places.ts';
import { textStatistics } from './text-statistics.ts';
import { numberKinds } from './value-numbers.ts';

/** Always a dictionary: of the values that are there, in the order in which they come. */
export function encodeOneOf(column: OneOfColumn, rows: number): EncodedColumn {
  return encodeClosed(column.name, column.field.values, column, rows);
}

/** A derived column; two values of its source may have the same. */
export function encodeDerived({ name, values }: Derived, source: OneOfColumn, rows: number): EncodedColumn {
  return encodeClosed(name, values, source, rows);
}

/** `texts[i]` is what a row holds whose source has value `i`. */
function encodeClosed(
  name: string,
  texts: readonly string[],
  { values, present }: OneOfColumn,
  rows: number,
): EncodedColumn {
  const kinds = [...new Set(texts)];
  const kindOf = texts.map((text) => kinds.indexOf(text));
  const those = placesOf(present, rows)?.map((row) => values[row] ?? 0) ?? values.subarray(0, rows);
  const firsts: number[] = [];
  const indexes = new Int32Array(those.length);
  const numberOf = numberKinds(
    those.map((value) => kindOf[value] ?? 0),
    kinds.length,
    firsts,
  );
  for (let row = 0; row < those.length; row += 1) indexes[row] = numberOf(row, firsts.length);
  const entries = toTexts(firsts.map((kind) => kinds[kind] ?? ''));
  const about = { name, type: 'BYTE_ARRAY', present, compressible: false } as const;
  const statistics = textStatistics(entries, rows - those.length);
  if (entries.length === 0) return { ...about, encoding: 'PLAIN', page: new Uint8Array(), statistics };
  return {
    ...about,
    encoding: 'RLE_DICTIONARY',
    page: indexPage(indexes, indexes.length, entries.length),
    dictionary: { page: plainTextPage(entries), entries: entries.length },
    statistics,
  };
}

function toTexts(texts: readonly string[]): Texts {
  const bytes = Buffer.from(texts.join(''));
  let end = 0;
  const ends = Int32Array.from(texts, (text) => (end += Buffer.byteLength(text)));
  return { bytes, ends, length: texts.length };
}
