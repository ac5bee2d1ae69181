import { nullable, text, type Field } from '@client-tickets/records';
import type { Declaration } from '../layout/declaration.ts';

/** A timestamp is in microseconds since 1970, an integer of a row is a number. */
export type StoredValue = string | number | boolean | bigint | null;

/** A row of a result file, of whatever format. */
export interface StoredRow {
  readonly partition: number;
  readonly offset: bigint;
  /** In the order of `RowColumns.names`. */
  readonly values: readonly StoredValue[];
}

/** A row as it was found, before anything is known of its values. */
export type FoundRow = Readonly<Record<string, unknown>>;

const PARTITION = 'kafka_partition';
const OFFSET = 'kafka_offset';
/** The fields that the declaration does not know, as JSON text, where the query keeps them. */
const EXTRA = 'extra';

/** Checks rows of a declared query, and compares them. */
export class RowColumns {
  /** Of the values of a row: the record's fields, what is derived from them, and what else a record had. */
  readonly names: readonly string[];
  readonly #checks: readonly ((row: FoundRow) => StoredValue)[];
  readonly #fields: ReadonlySet<string>;

  constructor({ record, derived }: Pick<Declaration, 'record' | 'derived'>) {
    const checks = new Map<string, (row: FoundRow) => StoredValue>();
    for (const [name, field] of Object.entries(record.fields)) {
      checks.set(name, (row) => read(name, field, row[name]));
    }
    for (const { name, from, values } of derived) {
      const source = record.fields[from];
      const sources: readonly string[] = source?.kind === 'oneOf' ? source.values : [];
      checks.set(name, (row) => {
        const at = sources.findIndex((value) => value === row[from]);
        const allowed = values[at];
        return read(
          name,
          { kind: 'oneOf', values: allowed === undefined ? [] : [allowed], nullable: row[from] === null },
          row[name],
        );
      });
    }
    checks.set(EXTRA, (row) => read(EXTRA, nullable(text()), row[EXTRA]));
    this.names = [...checks.keys()];
    this.#checks = [...checks.values()];
    this.#fields = new Set(Object.keys(record.fields));
  }

  /** The columns of a file, without those that may be missing. */
  get required(): readonly string[] {
    return [...this.names.filter((name) => name !== EXTRA), PARTITION, OFFSET];
  }

  /** The columns that a file may have beside. */
  get optional(): readonly string[] {
    return [EXTRA];
  }

  /** Throws a `RangeError` that names the column, what was expected and what was found. */
  read(row: FoundRow): StoredRow {
    return {
      partition: Number(wholeNumber(PARTITION, row[PARTITION])),
      offset: wholeNumber(OFFSET, row[OFFSET]),
      values: this.#checks.map((check) => check(row)),
    };
  }

  /** The field in which a row differs from the record that it was made of. */
  differingField({ values }: StoredRow, record: FoundRow): string | undefined {
    return this.names.find((name, index) => {
      if (!this.#fields.has(name)) return false;
      try {
        return this.#checks[index]?.(record) !== values[index];
      } catch {
        return true; // what can't be a value of this column is another one
      }
    });
  }

  /** The column in which two rows differ. */
  differing(a: StoredRow, b: StoredRow): string | undefined {
    if (a.partition !== b.partition) return PARTITION;
    if (a.offset !== b.offset) return OFFSET;
    return this.names.find((_, index) => a.values[index] !== b.values[index]);
  }
}

function read(column: string, field: Field, found: unknown): StoredValue {
  if (found === null || found === undefined) {
    if (field.nullable) return null;
    throw wrong(column, expectedOf(field), found);
  }
  switch (field.kind) {
    case 'oneOf':
      if (typeof found === 'string' && field.values.includes(found)) return found;
      break;
    case 'text':
      if (typeof found === 'string') return found;
      break;
    case 'timestamp': {
      const micros = typeof found === 'bigint' ? found : readTime(found);
      if (micros !== undefined) return micros;
      break;
    }
    case 'integer': {
      const number = typeof found === 'bigint' ? Number(found) : found;
      if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
      break;
    }
    case 'number':
      if (typeof found === 'number') return found;
      break;
    case 'boolean':
      if (typeof found === 'boolean') return found;
      break;
  }
  throw wrong(column, expectedOf(field), found);
}

const EXPECTED = {
  text: 'text',
  timestamp: 'a time such as 2026-11-22T09:30:00.000Z',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
} as const;

function expectedOf(field: Field): string {
  return field.kind === 'oneOf' ? `one of ${field.values.join(', ')}` : EXPECTED[field.kind];
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{3}|\d{6})Z$/;

/** Three decimals, or six where three would not hold it. */
function readTime(found: unknown): bigint | undefined {
  const [, seconds, decimals] = TIME.exec(typeof found === 'string' ? found : '') ?? [];
  if (seconds === undefined || decimals === undefined) return undefined;
  const ms = Date.parse(`${seconds}Z`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000n + BigInt(decimals.padEnd(6, '0'));
}

function wholeNumber(column: string, found: unknown): bigint {
  if (typeof found === 'bigint' && found >= 0n) return found;
  if (typeof found === 'number' && Number.isInteger(found) && found >= 0) return BigInt(found);
  throw wrong(column, EXPECTED.integer, found);
}

function wrong(column: string, expected: string, found: unknown): RangeError {
  const shown = typeof found === 'bigint' ? String(found) : JSON.stringify(found);
  return new RangeError(`${column}: expected ${expected}, found ${shown?.slice(0, 100) ?? 'nothing'}`);
}
