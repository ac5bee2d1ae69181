/** A column's values, numbered as they first come: its dictionary holds only what is there. */
export interface ValueNumbers {
  /** Of each row. */
  readonly indexes: Int32Array;
  /** How many different ones there are. */
  readonly entries: number;
}

/** So many rows tell whether a dictionary is worth a try. */
const SAMPLE = 2048;
const MOST_ENTRIES = 65_536;

/**
 * Numbers the values of rows. `numberOf` gives the number of a row's value: one that was given before, or the next one. `undefined`
 * once it can be told from the first rows, or from too many entries, that values hardly come again.
 */
export function numberRepeated(
  rows: number,
  numberOf: (row: number, entries: number) => number,
): ValueNumbers | undefined {
  const indexes = new Int32Array(rows);
  let entries = 0;
  for (let row = 0; row < rows; row += 1) {
    if (row === SAMPLE && !repeats(entries, row)) return undefined;
    const number = numberOf(row, entries);
    if (number === entries) entries += 1;
    if (entries > MOST_ENTRIES) return undefined;
    indexes[row] = number;
  }
  return rows <= SAMPLE && !repeats(entries, rows) ? undefined : { indexes, entries };
}

/** At least one in sixteen is not new. */
function repeats(entries: number, rows: number): boolean {
  return 16 * entries <= 15 * rows;
}

/** `numberOf` for values that are whole numbers below `kinds`. `firsts` collects them as they first come. */
export function numberKinds(
  values: ArrayLike<number>,
  kinds: number,
  firsts: number[],
): (row: number, entries: number) => number {
  const numbers = new Int32Array(kinds).fill(-1);
  return (row, entries) => {
    const value = values[row] ?? 0;
    const known = numbers[value] ?? -1;
    if (known >= 0) return known;
    numbers[value] = entries;
    firsts.push(value);
    return entries;
  };
}
