import { OneOfColumn } from '../columns/one-of-column.ts';
import type { RecordColumns } from '../columns/record-columns.ts';
import type { Counts, CountsFile, Query } from '../declaration/query.ts';

type Declared = Pick<Query, 'countsFiles'>;

/** Every value that is declared, 0 times each. */
export function emptyCounts({ countsFiles }: Declared): Counts {
  return Object.fromEntries(
    countsFiles.map(({ name, values }) => [name, Object.fromEntries(values.map((value) => [value, 0]))]),
  );
}

/** Associative and commutative, with `emptyCounts` as its zero: batches and partitions add up in any order. */
export function mergeCounts(a: Counts, b: Counts): Counts {
  return Object.fromEntries(Object.entries(a).map(([name, counts]) => [name, addUp(counts, b[name] ?? {})]));
}

function addUp(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(a).map(([value, count]) => [value, count + (b[value] ?? 0)]));
}

/** How many of the rows there are of each value. */
export function countRows(
  { countsFiles }: Declared,
  rows: Iterable<Readonly<Record<string, unknown>>>,
): Counts {
  const files = countsFiles.map((file) => ({ file, counted: new Map<unknown, number>() }));
  for (const row of rows) {
    for (const { file, counted } of files) {
      const value = row[file.column];
      counted.set(value, (counted.get(value) ?? 0) + 1);
    }
  }
  return Object.fromEntries(
    files.map(({ file: { name, values }, counted }) => [
      name,
      Object.fromEntries(values.map((value) => [value, counted.get(value) ?? 0])),
    ]),
  );
}

/** The same of rows as columns, those from `from` on. */
export function countColumns(
  { countsFiles }: Declared,
  { columns, length }: RecordColumns,
  from = 0,
): Counts {
  return Object.fromEntries(
    countsFiles.map((file) => {
      const column = columns.find(({ name }) => name === file.source.field);
      if (!(column instanceof OneOfColumn)) throw new TypeError(`${file.name}: no column of a closed set`);
      return [file.name, countKinds(file, column.values, from, length)];
    }),
  );
}

function countKinds({ values, source }: CountsFile, kinds: Int32Array, from: number, to: number) {
  const counted = new Float64Array(source.values.length);
  for (let row = from; row < to; row += 1) {
    const kind = kinds[row] ?? 0;
    counted[kind] = (counted[kind] ?? 0) + 1;
  }
  const sums = new Map(values.map((value) => [value, 0]));
  source.values.forEach((value, kind) => sums.set(value, (sums.get(value) ?? 0) + (counted[kind] ?? 0)));
  return Object.fromEntries(sums);
}
