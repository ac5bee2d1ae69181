/** What follows a literal of a layout. A number from 0 on is a field whose value is read. */
export const SKIP = -1;
export const END = -2;
/** `null` for field 0 is -3, for field 1 -4: it is the end of the literal. */
const NULLS = -3;

export function nullOf(field: number): number {
  return NULLS - field;
}

/** The field that is null; negative for other actions. */
export function nullField(action: number): number {
  return NULLS - action;
}

const MOST_PARTS = 64;
const MOST_UNKNOWN = 32;

/**
 * A record cut up by the tokenizer: its literals, which are all the bytes that are no value of a field (names, blanks, braces, and
 * values of other fields up to where they begin), and where each field's value is.
 */
export class RecordParts {
  /** Of literal `i`: where it starts, where it ends, and what follows. */
  readonly numbers = new Int32Array(3 * MOST_PARTS);
  count = 0;
  /** Whether another record of this layout can be read by its literals: not if a field came twice, or there are too many. */
  isLearnable = true;
  /** Of each field: where its value starts; `ABSENT`, or `NULL`. */
  readonly starts: Int32Array;
  /** Where its value ends, which is where the closing quote is; `~end` when it has escapes. */
  readonly ends: Int32Array;
  readonly unknownFields: string[] = [];

  constructor(fields: number) {
    this.starts = new Int32Array(fields);
    this.ends = new Int32Array(fields);
  }

  begin(): void {
    this.count = 0;
    this.isLearnable = true;
    this.starts.fill(ABSENT);
    this.unknownFields.length = 0;
  }

  add(start: number, end: number, action: number): void {
    if (this.count === MOST_PARTS) {
      this.isLearnable = false;
      return;
    }
    const part = 3 * this.count;
    this.numbers[part] = start;
    this.numbers[part + 1] = end;
    this.numbers[part + 2] = action;
    this.count += 1;
  }

  addValue(field: number, start: number, end: number): void {
    if (this.starts[field] !== ABSENT) this.isLearnable = false;
    this.starts[field] = start;
    this.ends[field] = end;
  }

  addUnknown(name: string): void {
    if (this.unknownFields.length < MOST_UNKNOWN && !this.unknownFields.includes(name))
      this.unknownFields.push(name);
  }
}

export const ABSENT = -1;
export const NULL = -2;
