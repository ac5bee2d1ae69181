import { ByteTable, hashOf } from '../bytes/byte-table.ts';
import type { TextColumn } from '../columns/text-column.ts';
import { bitsFor } from './bit-packing.ts';
import type { EncodedColumn } from './column-chunk.ts';
import { appendDeltaTexts, appendIndexes, appendTexts, commonPrefix, plainSize } from './pages.ts';
import { placesOf } from './places.ts';
import { TextRows } from './text-rows.ts';
import { textStatistics } from './text-statistics.ts';
import { numberRepeated, SAMPLE_ROWS, type ValueNumbers } from './value-numbers.ts';

const MOST_DICTIONARY_BYTES = 1_048_576;
/** A page ends with the text that brings it to so many bytes, so that long texts need no more memory than short ones. */
const PAGE_BYTES = 1_048_576;
/** Texts of so many bytes tell what the others are like. */
const SAMPLE_BYTES = 262_144;

/**
 * A text column in the encoding that its rows call for: a dictionary if that at least halves them, else what each differs in from
 * the one before if they share a third of their bytes, else as they are. **It depends on the rows alone**, not on whether the
 * column holds them as numbers or as texts, which depends on what was read before: another consumer must write the same bytes.
 */
export function encodeText(column: TextColumn, rows: number): EncodedColumn {
  const { name, dictionary, present } = column;
  const places = placesOf(present, rows);
  const length = places?.length ?? rows;
  const take = (values: Int32Array): Int32Array => places?.map((row) => values[row] ?? 0) ?? values;
  const numbers = take(column.numbers);
  // A row without a text has no bytes.
  const texts =
    dictionary === undefined
      ? TextRows.packed(column.texts.memory, take(column.ends), length)
      : TextRows.numbered(dictionary.texts, numbers, length);
  const numbered =
    dictionary === undefined ? numberTexts(texts) : numberKnown(texts, numbers, dictionary.texts);
  const about = { name, type: 'BYTE_ARRAY', present, length } as const;
  if (numbered !== undefined && length > 0 && halves(numbered, texts)) {
    const { indexes, entries, dictionary } = numbered;
    return {
      ...about,
      encoding: 'RLE_DICTIONARY',
      write: (out) => appendIndexes(out, indexes, length, entries),
      compressible: false,
      dictionary: { write: (out) => appendTexts(out, dictionary, 0, entries), entries },
      statistics: textStatistics(dictionary, rows - length),
    };
  }
  const isDelta = areAlike(texts);
  return {
    ...about,
    encoding: isDelta ? 'DELTA_BYTE_ARRAY' : 'PLAIN',
    write: (out, from, to) => (isDelta ? appendDeltaTexts : appendTexts)(out, texts, from, to),
    pageEnd: (from) => pageEnd(texts, from),
    compressible: true,
    statistics: textStatistics(texts, rows - length),
  };
}

function pageEnd(texts: TextRows, from: number): number {
  let bytes = 0;
  let row = from;
  while (row < texts.length && bytes < PAGE_BYTES) bytes += plainSize(texts, row++);
  return row;
}

interface NumberedDictionary extends ValueNumbers {
  readonly dictionary: TextRows;
}

/** Whether a dictionary and numbers take at most half of what the texts take. */
function halves({ entries, dictionary }: NumberedDictionary, texts: TextRows): boolean {
  const dictionaryBytes = sizeOf(dictionary);
  if (dictionaryBytes > MOST_DICTIONARY_BYTES) return false;
  return 2 * (dictionaryBytes + (texts.length * bitsFor(entries - 1)) / 8) <= sizeOf(texts);
}

function sizeOf(texts: TextRows): number {
  let bytes = 0;
  for (let row = 0; row < texts.length; row += 1) bytes += plainSize(texts, row);
  return bytes;
}

/** Whether texts share at least a third of their bytes with the one before. */
function areAlike(texts: TextRows): boolean {
  let shared = 0;
  let bytes = 0;
  const sample = sampleOf(texts);
  for (let row = 0; row < sample; row += 1) {
    if (row > 0) shared += commonPrefix(texts, row);
    bytes += texts.endOf(row) - texts.startOf(row);
  }
  return shared > 0 && 3 * shared >= bytes;
}

/** Those of the column that is encoded: see `scratchInts`. */
const different = new ByteTable();

function numberTexts(texts: TextRows): NumberedDictionary | undefined {
  const table = different;
  table.clear();
  const { bytes, view } = texts;
  const numbered = numberRepeated(texts.length, sampleOf(texts), (row) => {
    if (table.bytes.length > MOST_DICTIONARY_BYTES) return -1;
    const start = texts.startOf(row);
    const end = texts.endOf(row);
    const hash = hashOf(bytes, view, start, end);
    const known = table.find(bytes, start, end, hash);
    return known >= 0 ? known : table.add(view, start, end, hash);
  });
  return (
    numbered && { ...numbered, dictionary: TextRows.packed(table.bytes.memory, table.ends, table.length) }
  );
}

function numberKnown(texts: TextRows, numbers: Int32Array, table: ByteTable): NumberedDictionary | undefined {
  const firsts: number[] = [];
  const known = new Int32Array(table.length).fill(-1);
  const numbered = numberRepeated(texts.length, sampleOf(texts), (row, entries) => {
    const number = numbers[row] ?? 0;
    const before = known[number] ?? -1;
    if (before >= 0) return before;
    known[number] = entries;
    firsts.push(number);
    return entries;
  });
  return (
    numbered && { ...numbered, dictionary: TextRows.numbered(table, Int32Array.from(firsts), firsts.length) }
  );
}

/** How many rows tell whether texts come again. */
function sampleOf(texts: TextRows): number {
  let bytes = 0;
  let row = 0;
  while (row < Math.min(texts.length, SAMPLE_ROWS) && bytes < SAMPLE_BYTES) bytes += plainSize(texts, row++);
  return row;
}
