import type { OneOfColumn } from '../columns/one-of-column.ts';
import type { Derived } from '../declaration/query.ts';
import type { EncodedColumn } from './column-chunk.ts';
import { appendIndexes, appendTexts } from './pages.ts';
import { placesOf } from './places.ts';
import { scratchInts } from './scratch.ts';
import { TextRows } from './text-rows.ts';
import { textStatistics } from './text-statistics.ts';

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
  const places = placesOf(present, rows);
  const length = places?.length ?? rows;
  const kinds = [...new Set(texts)];
  const kindOf = texts.map((text) => kinds.indexOf(text));
  const numbers = new Int32Array(kinds.length).fill(-1);
  const firsts: string[] = [];
  const indexes = scratchInts('indexes', length);
  for (let i = 0; i < length; i += 1) {
    const kind = kindOf[values[places?.[i] ?? i] ?? 0] ?? 0;
    if ((numbers[kind] ?? -1) < 0) numbers[kind] = firsts.push(kinds[kind] ?? '') - 1;
    indexes[i] = numbers[kind] ?? 0;
  }
  const entries = TextRows.of(firsts);
  const about = { name, type: 'BYTE_ARRAY', present, length, compressible: false } as const;
  const statistics = textStatistics(entries, rows - length);
  if (length === 0) return { ...about, encoding: 'PLAIN', write: () => {}, statistics };
  return {
    ...about,
    encoding: 'RLE_DICTIONARY',
    write: (out) => appendIndexes(out, indexes, length, entries.length),
    dictionary: { write: (out) => appendTexts(out, entries, 0, entries.length), entries: entries.length },
    statistics,
  };
}
