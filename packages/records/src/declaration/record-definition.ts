import type { Field, ValueOf } from './field.ts';

export type Fields = Readonly<Record<string, Field>>;

/** A kind of record: its name in the singular, and its fields in the order of their columns. */
export interface RecordDefinition<F extends Fields = Fields> {
  readonly name: string;
  readonly fields: F;
}

/** A valid record: `RecordOf<typeof ticket>`. */
export type RecordOf<Definition extends RecordDefinition> = {
  readonly [Name in keyof Definition['fields'] & string]: ValueOf<Definition['fields'][Name]>;
};

/** Columns that every row gets beside the record's own. */
const ADDED_COLUMNS = ['extra', 'kafka_partition', 'kafka_offset'] as const;

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Declares a record. Names become columns, files and metrics, so they are lower-case words joined by `_`. Throws a
 * `RangeError` for another name, one of `ADDED_COLUMNS`, or a record without fields.
 */
export function defineRecord<const F extends Fields>(name: string, fields: F): RecordDefinition<F> {
  const names = Object.keys(fields);
  for (const each of [name, ...names]) checkName(each);
  if (names.length === 0) throw new RangeError(`${name}: expected fields, found none`);
  return { name, fields };
}

export function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new RangeError(`name: expected lower-case words joined by _, found ${JSON.stringify(name)}`);
  }
  if (ADDED_COLUMNS.some((added) => added === name)) {
    throw new RangeError(`name: every row already has a column ${name}`);
  }
}
