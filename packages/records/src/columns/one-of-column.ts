import type { OneOfField } from '../declaration/field.ts';
import { notOfKind, Presence, type Column, type Spelling } from './column.ts';
import { TextDictionary } from './text-dictionary.ts';

/** Ways to write them that are kept, beside the plain ones. */
const MOST_SPELLINGS = 256;

/** The texts of a `oneOf` field, numbered in the order of its declaration, and ways they were seen to be written. */
export function createOneOfDictionary({ values }: OneOfField): TextDictionary {
  const known = new Set<string>(values);
  const dictionary = new TextDictionary(
    (bytes, start, end) => known.has(bytes.toString('utf8', start, end)),
    values.length + MOST_SPELLINGS,
  );
  for (const value of values) dictionary.numberOf(Buffer.from(value));
  return dictionary;
}

/** Values of a closed set. */
export class OneOfColumn implements Column {
  readonly name: string;
  readonly field: OneOfField;
  readonly isQuoted = true;
  /** Places in `field.values`. */
  readonly values: Int32Array;
  readonly #dictionary: TextDictionary;
  readonly #presence: Presence;
  readonly #spelling: Spelling;

  constructor(
    name: string,
    field: OneOfField,
    dictionary: TextDictionary,
    spelling: Spelling,
    capacity: number,
  ) {
    this.name = name;
    this.field = field;
    this.values = new Int32Array(capacity);
    this.#dictionary = dictionary;
    this.#presence = new Presence(field.nullable, capacity);
    this.#spelling = spelling;
  }

  get present(): Uint8Array | undefined {
    return this.#presence.rows;
  }

  read(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const code = this.#dictionary.find(bytes, view, at, end);
    if (code < 0) return -1;
    this.values[row] = code >> 1;
    if ((code & 1) !== 0) this.#spelling.odd = true;
    this.#presence.set(row);
    return this.#dictionary.foundEnd;
  }

  add(value: unknown, row: number): void {
    const index = this.field.values.findIndex((each) => each === value);
    if (index < 0) throw notOfKind(this.name, value);
    this.values[row] = index;
    this.#presence.set(row);
  }

  addNull(row: number): boolean {
    return this.#presence.unset(row);
  }

  clear(): void {
    // Rows are written before they are read.
  }
}
