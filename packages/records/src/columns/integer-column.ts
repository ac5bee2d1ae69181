import type { IntegerField } from '../declaration/field.ts';
import { notOfKind, Presence, type Column } from './column.ts';

/** As many digits as a double holds, whatever they are. */
const MOST_DIGITS = 15;

export class IntegerColumn implements Column {
  readonly name: string;
  readonly isQuoted = false;
  readonly values: Float64Array;
  readonly #field: IntegerField;
  readonly #presence: Presence;

  constructor(name: string, field: IntegerField, capacity: number) {
    this.name = name;
    this.values = new Float64Array(capacity);
    this.#field = field;
    this.#presence = new Presence(field.nullable, capacity);
  }

  get present(): Uint8Array | undefined {
    return this.#presence.rows;
  }

  /** Digits alone: `1.0` and `1e3` are left to the parser. */
  read(bytes: Uint8Array, _view: DataView, start: number, end: number, row: number): number {
    const isNegative = bytes[start] === 0x2d;
    const first = isNegative ? start + 1 : start;
    let at = first;
    let value = 0;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = at - first;
    if (digits === 0 || digits > MOST_DIGITS || (bytes[first] === 0x30 && (digits > 1 || isNegative)))
      return -1;
    if (isNegative) value = -value;
    if (value < this.#field.min || value > this.#field.max) return -1;
    this.values[row] = value;
    this.#presence.set(row);
    return at;
  }

  add(value: unknown, row: number): void {
    if (typeof value !== 'number') throw notOfKind(this.name, value);
    this.values[row] = value;
    this.#presence.set(row);
  }

  addNull(row: number): boolean {
    return this.#presence.unset(row);
  }

  clear(): void {
    // Rows are written before they are read.
  }
}
