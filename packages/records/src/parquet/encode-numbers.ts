import type { BooleanColumn } from '../columns/boolean-column.ts';
import type { IntegerColumn } from '../columns/integer-column.ts';
import type { NumberColumn } from '../columns/number-column.ts';
import type { TimestampColumn } from '../columns/timestamp-column.ts';
import { bitsFor, packBits } from './bit-packing.ts';
import type { EncodedColumn } from './column-chunk.ts';
import { packDeltas } from './delta-packing.ts';
import { appendIndexes, appendWords } from './pages.ts';
import { placesOf } from './places.ts';
import { scratchDoubles } from './scratch.ts';
import { numberRepeated, SAMPLE_ROWS } from './value-numbers.ts';

/** Values that lie no further apart have differences that doubles hold, also those between differences. */
const WIDEST_RANGE = 2 ** 51;
const DOUBLE = 8;

type Present = Uint8Array | undefined;

/** Differences between neighbours; PLAIN where values lie too far apart for them. `base` is added to each value. */
export function encodeIntegers(
  name: string,
  {
    values,
    rows,
    present,
    base = 0n,
  }: { values: Float64Array; rows: number; present?: Present; base?: bigint },
): EncodedColumn {
  const those = compact(values, rows, present);
  const { min, max } = boundsOf(those);
  const { length } = those;
  const about = { name, type: 'INT64', present, length, compressible: false } as const;
  const nulls = { null_count: BigInt(rows - length) };
  if (length === 0) return { ...about, encoding: 'PLAIN', write: () => {}, statistics: nulls };
  const statistics = { ...nulls, min_value: base + BigInt(min), max_value: base + BigInt(max) };
  if (max - min <= WIDEST_RANGE) {
    return {
      ...about,
      encoding: 'DELTA_BINARY_PACKED',
      write: (out, from, to) => packDeltas(out, those, { from, to, base }),
      statistics,
    };
  }
  return {
    ...about,
    encoding: 'PLAIN',
    write: (out, from, to) =>
      appendWords(
        out,
        BigInt64Array.from(those.subarray(from, to), (value) => base + BigInt(value)),
      ),
    compressible: true,
    statistics,
  };
}

export function encodeInteger({ name, values, present }: IntegerColumn, rows: number): EncodedColumn {
  return encodeIntegers(name, { values, rows, present });
}

/** Microseconds since the epoch, counted from the first row's millisecond, so that doubles hold them. */
export function encodeTimestamp(column: TimestampColumn, rows: number): EncodedColumn {
  const { name, millis, micros, present } = column;
  const first = millis[present === undefined ? 0 : Math.max(0, present.indexOf(1))] ?? 0;
  const values = scratchDoubles(rows);
  let isExact = true;
  for (let row = 0; row < rows; row += 1) {
    if (present !== undefined && present[row] !== 1) continue;
    const value = ((millis[row] ?? 0) - first) * 1000 + (micros[row] ?? 0);
    values[row] = value;
    if (!Number.isSafeInteger(value)) isExact = false;
  }
  if (isExact) return encodeIntegers(name, { values, rows, present, base: BigInt(first) * 1000n });
  return encodeFarTimestamps(column, rows);
}

/** Moments that lie centuries apart. */
function encodeFarTimestamps(column: TimestampColumn, rows: number): EncodedColumn {
  const { name, present } = column;
  const millis = compact(column.millis, rows, present);
  const micros = compact(column.micros, rows, present);
  const values = BigInt64Array.from(millis, (value, row) => BigInt(value) * 1000n + BigInt(micros[row] ?? 0));
  const [first = 0n] = values;
  const [min, max] = values.reduce(
    ([a, b], value) => [value < a ? value : a, value > b ? value : b],
    [first, first],
  );
  return {
    name,
    type: 'INT64',
    present,
    length: values.length,
    encoding: 'PLAIN',
    write: (out, from, to) => appendWords(out, values.subarray(from, to)),
    compressible: true,
    statistics: { null_count: BigInt(rows - values.length), min_value: min, max_value: max },
  };
}

/** A dictionary if that at least halves them; else as they are. */
export function encodeNumber({ name, values, present }: NumberColumn, rows: number): EncodedColumn {
  const those = compact(values, rows, present);
  const { min, max } = boundsOf(those);
  const { length } = those;
  const about = { name, type: 'DOUBLE', present, length } as const;
  const nulls = { null_count: BigInt(rows - length) };
  if (length === 0) {
    return { ...about, encoding: 'PLAIN', write: () => {}, compressible: false, statistics: nulls };
  }
  const statistics = { ...nulls, min_value: min, max_value: max };
  const known = new Map<number, number>();
  const numbered = numberRepeated(length, SAMPLE_ROWS, (row, entries) => {
    const value = those[row] ?? 0;
    const number = known.get(value) ?? entries;
    if (number === entries) known.set(value, entries);
    return number;
  });
  const { entries = 0, indexes } = numbered ?? {};
  const packed = DOUBLE * entries + (length * bitsFor(entries - 1)) / 8;
  if (indexes === undefined || 2 * packed > DOUBLE * length) {
    return {
      ...about,
      encoding: 'PLAIN',
      write: (out, from, to) => appendWords(out, those.subarray(from, to)),
      compressible: true,
      statistics,
    };
  }
  return {
    ...about,
    encoding: 'RLE_DICTIONARY',
    write: (out) => appendIndexes(out, indexes, length, entries),
    compressible: false,
    dictionary: { write: (out) => appendWords(out, Float64Array.from(known.keys())), entries },
    statistics,
  };
}

export function encodeBoolean({ name, values, present }: BooleanColumn, rows: number): EncodedColumn {
  const those = compact(values, rows, present);
  const nulls = { null_count: BigInt(rows - those.length) };
  const bounds = { min_value: !those.includes(0), max_value: those.includes(1) };
  return {
    name,
    type: 'BOOLEAN',
    present,
    length: those.length,
    encoding: 'PLAIN',
    write: (out, from, to) => packBits(out, those, from, to, 1),
    compressible: false,
    statistics: those.length === 0 ? nulls : { ...nulls, ...bounds },
  };
}

/** The same 32-bit number in every row. */
export function encodeConstant(name: string, value: number, rows: number): EncodedColumn {
  return {
    name,
    type: 'INT32',
    present: undefined,
    length: rows,
    encoding: 'RLE_DICTIONARY',
    write: (out) => appendIndexes(out, [], rows, 1),
    compressible: false,
    dictionary: { write: (out) => out.append(Buffer.from(Int32Array.of(value).buffer)), entries: 1 },
    statistics: { min_value: value, max_value: value, null_count: 0n },
  };
}

/** The values of the rows that have one. */
function compact<Values extends Float64Array | Uint16Array | Uint8Array>(
  values: Values,
  rows: number,
  present: Present,
): Values;
function compact(values: Float64Array | Uint16Array | Uint8Array, rows: number, present: Present) {
  const used = values.subarray(0, rows);
  return placesOf(present, rows) === undefined ? used : used.filter((_, row) => present?.[row] === 1);
}

function boundsOf(values: Float64Array): { readonly min: number; readonly max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
