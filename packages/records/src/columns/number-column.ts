import type { NumberField } from '../declaration/field.ts';
import { notOfKind, Presence, type Column, type Spelling } from './column.ts';

/** A whole number of so many digits is exact as a double, and so is 10 to this power: their quotient is rounded once, as it must be. */
const MOST_DIGITS = 15;
const POWERS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

export class NumberColumn implements Column {
  readonly name: string;
  readonly isQuoted = false;
  readonly values: Float64Array;
  readonly #field: NumberField;
  readonly #presence: Presence;
  readonly #spelling: Spelling;

  constructor(name: string, field: NumberField, spelling: Spelling, capacity: number) {
    this.name = name;
    this.values = new Float64Array(capacity);
    this.#field = field;
    this.#presence = new Presence(field.nullable, capacity);
    this.#spelling = spelling;
  }

  get present(): Uint8Array | undefined {
    return this.#presence.rows;
  }

  /** Up to 15 digits, with or without decimals; exponents and longer numbers are left to the parser. */
  read(bytes: Uint8Array, _view: DataView, start: number, end: number, row: number): number {
    const isNegative = bytes[start] === 0x2d;
    const first = isNegative ? start + 1 : start;
    let at = first;
    let point = -1;
    let value = 0;
    for (; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x2e && point < 0) point = at;
      else if (byte >= 0x30 && byte <= 0x39) value = value * 10 + byte - 0x30;
      else break;
    }
    const whole = (point < 0 ? at : point) - first;
    const decimals = point < 0 ? 0 : at - point - 1;
    if (whole === 0 || whole + decimals > MOST_DIGITS || (bytes[first] === 0x30 && whole > 1)) return -1;
    if (point >= 0 && decimals === 0) return -1;
    if (decimals > 0) value /= POWERS[decimals] ?? 1;
    if (isNegative) value = value === 0 ? 0 : -value;
    if (value < this.#field.min || value > this.#field.max) return -1;
    // `1.50` and `-0` are not what JSON lines say.
    if (decimals > 0 || (isNegative && value === 0)) this.#spelling.odd = true;
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
