import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Counts, CountsFile, Query } from '../declaration/query.ts';

/**
 * Reads counts back from JSON. Throws a `RangeError` that says what is wrong: a file or a value that is missing, unknown or no
 * count, or counts that contradict each other, as each record has one value of each column.
 */
export function parseCounts(
  { record, countsFiles }: Pick<Query, 'record' | 'countsFiles'>,
  value: unknown,
): Counts {
  const count = z.int().nonnegative();
  const schema = z.strictObject(
    Object.fromEntries(
      countsFiles.map(({ name, values }) => [
        name,
        z.strictObject(Object.fromEntries(values.map((each) => [each, count]))),
      ]),
    ),
  );
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new RangeError(`not ${record.name} counts:\n${z.prettifyError(parsed.error)}`);
  const counts = parsed.data;
  const [first] = countsFiles;
  for (const file of countsFiles) {
    const base = countsFiles.find(({ column }) => column === file.source.field);
    if (
      base !== undefined &&
      !isDeepStrictEqual(counts[file.name], follow(file, base, counts[base.name] ?? {}))
    ) {
      throw new RangeError(`not ${record.name} counts: ${file.name} does not follow from ${base.name}`);
    }
    if (first === undefined || sum(counts[file.name]) === sum(counts[first.name])) continue;
    throw new RangeError(
      `not ${record.name} counts: ${sum(counts[first.name])} by ${first.column}, but ${sum(counts[file.name])} by ${file.column}`,
    );
  }
  return counts;
}

/** What a column's counts must be where its source was counted so. */
function follow(
  { values, source }: CountsFile,
  base: CountsFile,
  counted: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums = new Map(values.map((value) => [value, 0]));
  source.values.forEach((value, index) => {
    sums.set(value, (sums.get(value) ?? 0) + (counted[base.values[index] ?? ''] ?? 0));
  });
  return Object.fromEntries(sums);
}

function sum(counts: Readonly<Record<string, number>> = {}): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
