/** What the columns of a record share: how the values of the record that is being read were spelled. */
export interface Spelling {
  /** A value was not written the way that JSON lines write it. */
  odd: boolean;
}

/**
 * The values of one field, row by row. Reading a row again takes the later value, so a record that turns out to be none leaves
 * nothing behind.
 */
export interface Column {
  readonly name: string;
  /** Whether its values stand between quotes in JSON. */
  readonly isQuoted: boolean;
  /** 1 for each row that has a value; `undefined` when every row must have one. */
  readonly present: Uint8Array | undefined;
  /**
   * Takes the value that begins at `at` (behind the opening quote, where there is one). Where it ends, which is where the closing
   * quote is; -1: don't know. There are always `SLACK` readable bytes behind `end`.
   */
  read(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number;
  /** Takes a value of a parsed record. */
  add(value: unknown, row: number): void;
  /** `false`: this column needs a value. */
  addNull(row: number): boolean;
  /** Begins again at row 0. */
  clear(): void;
}

/** A parsed record that the schema has passed can't hold another kind of value. */
export function notOfKind(name: string, value: unknown): TypeError {
  return new TypeError(`${name}: a value of another kind: ${JSON.stringify(value)}`);
}

/** Marks which rows of a nullable column have a value. */
export class Presence {
  readonly rows: Uint8Array | undefined;

  constructor(isNullable: boolean, capacity: number) {
    this.rows = isNullable ? new Uint8Array(capacity) : undefined;
  }

  set(row: number): void {
    if (this.rows !== undefined) this.rows[row] = 1;
  }

  unset(row: number): boolean {
    if (this.rows === undefined) return false;
    this.rows[row] = 0;
    return true;
  }
}
