import type { Field, ValueOf } from './field.ts';
import { checkName, type Fields, type RecordDefinition, type RecordOf } from './record-definition.ts';

/** A column that follows from a `oneOf` field. */
export interface Lookup<From extends string = string, Value extends string = string> {
  readonly from: From;
  readonly values: Readonly<Record<string, Value>>;
}

/** What records are counted by: all of them, or those of each window of a timestamp. */
export interface Counter<Name extends string = string> {
  readonly column: Name;
  perMinute<const Time extends string>(time: Time): WindowedCounter<Name, Time>;
  perHour<const Time extends string>(time: Time): WindowedCounter<Name, Time>;
  perDay<const Time extends string>(time: Time): WindowedCounter<Name, Time>;
}

export interface WindowedCounter<Name extends string = string, Time extends string = string> {
  readonly column: Name;
  readonly time: Time;
  readonly unit: WindowUnit;
}

/** How long a window is. Windows begin at whole units of UTC. */
export type WindowUnit = keyof typeof UNITS_MS;

const UNITS_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The value of another column for each value of `from`. */
export function lookup<const From extends string, const Values extends Readonly<Record<string, string>>>(
  from: From,
  values: Values,
): { readonly from: From; readonly values: Values } {
  return { from, values };
}

/** Counts by a `oneOf` field, or by a column that is derived from one: the values of other columns are without number. */
export function by<const Name extends string>(column: Name): Counter<Name> {
  const per =
    (unit: WindowUnit) =>
    <const Time extends string>(time: Time): WindowedCounter<Name, Time> => ({ column, time, unit });
  return { column, perMinute: per('minute'), perHour: per('hour'), perDay: per('day') };
}

type ClosedNames<F extends Fields> = {
  [Name in keyof F & string]: F[Name] extends { readonly kind: 'oneOf' } ? Name : never;
}[keyof F & string];

type TextNames<F extends Fields> = {
  [Name in keyof F & string]: F[Name] extends { readonly kind: 'text' } ? Name : never;
}[keyof F & string];

type TimestampNames<F extends Fields> = {
  [Name in keyof F & string]: F[Name] extends { readonly kind: 'timestamp' } ? Name : never;
}[keyof F & string];

type LookupOf<F extends Fields> = {
  [Name in ClosedNames<F>]: {
    readonly from: Name;
    readonly values: Readonly<Record<ValueOf<F[Name]> & string, string>>;
  };
}[ClosedNames<F>];

/** A derived column, ready to be computed: `values[i]` is for the `i`th value of `from`. */
export interface Derived {
  readonly name: string;
  readonly from: string;
  readonly values: readonly string[];
}

/** One of the files that show the counts: `{"type":"ACCOUNT","ticket_count":52}`, one line a value. */
export interface CountsFile {
  /** Of its folder: `ticket_counts`. */
  readonly name: string;
  /** What it counts by: `type`. */
  readonly column: string;
  /** `ticket_count` */
  readonly countColumn: string;
  /** All values of the column, in the order of their declaration. */
  readonly values: readonly string[];
  /** The field that the column is or follows from, and for each of its values the one that is counted. */
  readonly source: { readonly field: string; readonly values: readonly string[] };
}

/** The file that shows the counts of each window. */
export interface WindowsFile extends CountsFile {
  /** The timestamp that says which window a record is in. */
  readonly time: string;
  readonly unit: WindowUnit;
  /** In milliseconds. */
  readonly unitMs: number;
}

/** How many records of each kind, by the names of the files that show them. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What is done with a kind of record: which columns are derived, what is counted, and where rows go. */
export interface Query<
  Definition extends RecordDefinition = RecordDefinition,
  Derive extends Readonly<Record<string, Lookup>> = Readonly<Record<string, Lookup>>,
> {
  readonly record: Definition;
  readonly derive: Derive;
  /** Of the folder of result files: `tickets`. */
  readonly table: string;
  /** The field that messages have as their key, so that what has the same value stays in order; `undefined`: that is not known. */
  readonly key: string | undefined;
  readonly derived: readonly Derived[];
  readonly countsFiles: readonly CountsFile[];
  /** `undefined`: nothing is counted by windows. */
  readonly windows: WindowsFile | undefined;
}

/** A row of the results: `RowOf<typeof ticketQuery>`. */
export type RowOf<Q extends Query> = RecordOf<Q['record']> & {
  readonly [Name in keyof Q['derive'] & string]: Q['derive'][Name]['values'][string];
};

/** Folders of a results location that are not the query's to name. */
const TAKEN = ['dead_letters'];

/**
 * Declares a query. Its names become columns and folders. Throws a `RangeError` for a name that is used twice or can't be one, for
 * counts by a column
 * that may be `null`, and for a second count by windows: a partition has one watermark.
 */
export function defineQuery<
  const F extends Fields,
  const Derive extends Readonly<Record<string, LookupOf<F>>>,
>(declaration: {
  readonly table: string;
  readonly record: RecordDefinition<F>;
  readonly key?: TextNames<F>;
  readonly derive: Derive;
  readonly counts: Readonly<
    Record<
      string,
      | Counter<ClosedNames<F> | (keyof Derive & string)>
      | WindowedCounter<ClosedNames<F> | (keyof Derive & string), TimestampNames<F>>
    >
  >;
}): Query<RecordDefinition<F>, Derive> {
  const { table, record, key, derive, counts } = declaration;
  const derived = Object.entries<Lookup>(derive).map(([name, { from, values }]) => {
    checkName(name);
    if (Object.hasOwn(record.fields, name)) throw new RangeError(`${name}: a field has this name already`);
    return { name, from, values: closedValues(record, from).map((value) => lookedUp(name, values, value)) };
  });
  const folders = [table, `${table}_json`, `late_${table}`, ...TAKEN];
  const declared = Object.entries<Counter | WindowedCounter>(counts);
  const windowed = declared.flatMap(([name, counter]) => ('time' in counter ? [{ name, counter }] : []));
  folders.push(...windowed.map(({ name }) => `${name}_final`));
  const fileOf = (name: string, column: string): CountsFile => {
    checkName(name);
    if (folders.includes(name))
      throw new RangeError(`${name}: a folder of the results has this name already`);
    const source = sourceOf(record, derived, column);
    checkNotNull(record, name, source.field);
    return { name, column, countColumn: `${record.name}_count`, values: [...new Set(source.values)], source };
  };
  const countsFiles = declared.flatMap(([name, counter]) =>
    'time' in counter ? [] : [fileOf(name, counter.column)],
  );
  const [windows, second] = windowed.map(({ name, counter: { column, time, unit } }): WindowsFile => {
    const file = fileOf(name, column);
    if (record.fields[time]?.kind !== 'timestamp')
      throw new RangeError(`${name}: expected a field of the kind timestamp, found ${time}`);
    checkNotNull(record, name, time);
    return { ...file, time, unit, unitMs: UNITS_MS[unit] };
  });
  if (second !== undefined)
    throw new RangeError(`${second.name}: expected one count by windows, found ${windows?.name} as well`);
  checkName(table);
  return { record, derive, table, key, derived, countsFiles, windows };
}

function checkNotNull(record: RecordDefinition, name: string, field: string): void {
  if (record.fields[field]?.nullable !== false)
    throw new RangeError(`${name}: expected a field that is not nullable, found ${field}`);
}

function sourceOf(
  record: RecordDefinition,
  derived: readonly Derived[],
  column: string,
): CountsFile['source'] {
  const found = derived.find(({ name }) => name === column);
  if (found !== undefined) return { field: found.from, values: found.values };
  return { field: column, values: closedValues(record, column) };
}

function closedValues({ fields }: RecordDefinition, name: string): readonly string[] {
  const field: Field | undefined = fields[name];
  if (field?.kind === 'oneOf') return field.values;
  throw new RangeError(`${name}: expected a field of the kind oneOf`);
}

function lookedUp(name: string, values: Readonly<Record<string, string>>, value: string): string {
  const found = Object.hasOwn(values, value) ? values[value] : undefined;
  if (found === undefined) throw new RangeError(`${name}: expected a value for ${value}, found nothing`);
  return found;
}
