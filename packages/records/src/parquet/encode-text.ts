import { ByteBuffer, viewOf } from '../bytes/byte-buffer.ts';
import { ByteTable, hashOf } from '../bytes/byte-table.ts';
import type { TextColumn } from '../columns/text-column.ts';
import { bitsFor } from './bit-packing.ts';
import type { EncodedColumn } from './column-chunk.ts';
import { commonPrefix, deltaTextPage, indexPage, plainTextPage, type Texts } from './pages.ts';
import { placesOf } from './places.ts';
import { textStatistics } from './text-statistics.ts';
import { numberKinds, numberRepeated, type ValueNumbers } from './value-numbers.ts';

const MOST_DICTIONARY_BYTES = 1_048_576;
/** So many texts tell whether neighbours are alike. */
const SAMPLE = 2048;
const LENGTH = 4; // bytes before each PLAIN text

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
  if (dictionary === undefined) {
    // A row without a text has no bytes.
    const texts = { bytes: column.texts.memory, ends: take(column.ends), length };
    return encode(name, numberTexts(texts), () => texts, rows, present);
  }
  const numbers = take(column.numbers);
  const numbered = numberKnown(numbers, length, dictionary.texts);
  return encode(name, numbered, () => textsOf(numbers, length, dictionary.texts), rows, present);
}

interface NumberedTexts extends ValueNumbers {
  readonly dictionary: Texts;
}

function encode(
  name: string,
  numbered: NumberedTexts | undefined,
  texts: () => Texts,
  rows: number,
  present: Uint8Array | undefined,
): EncodedColumn {
  const about = { name, type: 'BYTE_ARRAY', present } as const;
  if (numbered !== undefined && halves(numbered)) {
    const { indexes, entries, dictionary } = numbered;
    return {
      ...about,
      encoding: 'RLE_DICTIONARY',
      page: indexPage(indexes, indexes.length, entries),
      compressible: false,
      dictionary: { page: plainTextPage(dictionary), entries },
      statistics: textStatistics(dictionary, rows - indexes.length),
    };
  }
  const all = texts();
  const isDelta = areAlike(all);
  return {
    ...about,
    encoding: isDelta ? 'DELTA_BYTE_ARRAY' : 'PLAIN',
    page: isDelta ? deltaTextPage(all) : plainTextPage(all),
    compressible: true,
    statistics: textStatistics(all, rows - all.length),
  };
}

/** Whether a dictionary and numbers take at most half of what the texts take. */
function halves({ indexes, entries, dictionary: { ends } }: NumberedTexts): boolean {
  const dictionary = LENGTH * entries + (ends[entries - 1] ?? 0);
  if (dictionary > MOST_DICTIONARY_BYTES) return false;
  let plain = LENGTH * indexes.length;
  for (const index of indexes) plain += (ends[index] ?? 0) - (index === 0 ? 0 : (ends[index - 1] ?? 0));
  return 2 * (dictionary + (indexes.length * bitsFor(entries - 1)) / 8) <= plain;
}

/** Whether texts share at least a third of their bytes with the one before. */
function areAlike({ bytes, ends, length }: Texts): boolean {
  const sample = Math.min(length, SAMPLE);
  let shared = 0;
  let previous = 0;
  let start = 0;
  for (let row = 0; row < sample; row += 1) {
    const end = ends[row] ?? 0;
    shared += commonPrefix(bytes, previous, start, end);
    previous = start;
    start = end;
  }
  return shared > 0 && 3 * shared >= start;
}

function numberTexts({ bytes, ends, length }: Texts): NumberedTexts | undefined {
  const table = new ByteTable();
  const view = viewOf(bytes);
  const numbers = numberRepeated(length, (row) => {
    const start = row === 0 ? 0 : (ends[row - 1] ?? 0);
    const end = ends[row] ?? 0;
    const hash = hashOf(bytes, view, start, end);
    const known = table.find(bytes, start, end, hash);
    return known >= 0 ? known : table.add(view, start, end, hash);
  });
  return numbers && { ...numbers, dictionary: allOf(table) };
}

function numberKnown(numbers: Int32Array, length: number, known: ByteTable): NumberedTexts | undefined {
  const firsts: number[] = [];
  const numbered = numberRepeated(length, numberKinds(numbers, known.length, firsts));
  return numbered && { ...numbered, dictionary: textsOf(Int32Array.from(firsts), firsts.length, known) };
}

function textsOf(numbers: Int32Array, length: number, table: ByteTable): Texts {
  const bytes = new ByteBuffer(length * 16);
  const ends = new Int32Array(length);
  const { view } = table.bytes;
  for (let row = 0; row < length; row += 1) {
    const number = numbers[row] ?? 0;
    bytes.appendPart(view, table.startOf(number), table.endOf(number));
    ends[row] = bytes.length;
  }
  return { bytes: bytes.memory, ends, length };
}

function allOf(table: ByteTable): Texts {
  const ends = Int32Array.from({ length: table.length }, (_, number) => table.endOf(number));
  return { bytes: table.bytes.memory, ends, length: table.length };
}
