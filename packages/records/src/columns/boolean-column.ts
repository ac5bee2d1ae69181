import type { BooleanField } from '../declaration/field.ts';
import { skipBoolean } from '../json/json-value.ts';
import { notOfKind, Presence, type Column } from './column.ts';

export class BooleanColumn implements Column {
  readonly name: string;
  readonly isQuoted = false;
  /** 0 or 1. */
  readonly values: Uint8Array;
  readonly #presence: Presence;

  constructor(name: string, field: BooleanField, capacity: number) {
    this.name = name;
    this.values = new Uint8Array(capacity);
    this.#presence = new Presence(field.nullable, capacity);
  }

  get present(): Uint8Array | undefined {
    return this.#presence.rows;
  }

  read(bytes: Uint8Array, _view: DataView, at: number, end: number, row: number): number {
    const after = skipBoolean(bytes, at, end);
    if (after < 0) return -1;
    this.values[row] = bytes[at] === 0x74 ? 1 : 0;
    this.#presence.set(row);
    return after;
  }

  add(value: unknown, row: number): void {
    if (typeof value !== 'boolean') throw notOfKind(this.name, value);
    this.values[row] = value ? 1 : 0;
    this.#presence.set(row);
  }

  addNull(row: number): boolean {
    return this.#presence.unset(row);
  }

  clear(): void {
    // Rows are written before they are read.
  }
}
