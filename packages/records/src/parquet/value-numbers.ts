import { scratchInts } from './scratch.ts';

/** A column's values, numbered as they first come: its dictionary holds only what is there. Good until the next column is begun. */
export interface ValueNumbers {
  /** Of each row. */
  readonly indexes: Int32Array;
  /** How many different ones there are. */
  readonly entries: number;
}

/** So many rows tell whether a dictionary is worth a try. */
export const SAMPLE_ROWS = 2048;
const MOST_ENTRIES = 65_536;

/**
 * Numbers the values of rows. `numberOf` gives the number of a row's value: one that was given before, or the next one; -1: they
 * take too much room. `undefined` then, and once it can be told from the first `sample` rows, or from too many entries, that values
 * hardly come again.
 */
export function numberRepeated(
  rows: number,
  sample: number,
  numberOf: (row: number, entries: number) => number,
): ValueNumbers | undefined {
  const indexes = scratchInts('indexes', rows);
  let entries = 0;
  for (let row = 0; row < rows; row += 1) {
    if (row === sample && !repeats(entries, row)) return undefined;
    const number = numberOf(row, entries);
    if (number === entries) entries += 1;
    if (number < 0 || entries > MOST_ENTRIES) return undefined;
    indexes[row] = number;
  }
  return rows <= sample && !repeats(entries, rows) ? undefined : { indexes, entries };
}

/** At least one in sixteen is not new. */
function repeats(entries: number, rows: number): boolean {
  return 16 * entries <= 15 * rows;
}
