import { formatRange, OWNER_KEY, parseRange, type OffsetRange } from '@client-tickets/micro-batch';
import type { Declaration } from './declaration.ts';

/**
 * The formats in which rows are written, in the order in which they are named. What another one takes, the compiler says here and in
 * `../formats.ts`, which reads them; `../row-files.ts` writes rows, `../windows-file-body.ts` windows.
 */
export const RESULT_FORMATS = ['json', 'parquet'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<ResultFormat, string>> = {
  json: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

/**
 * Where everything lies in a results location:
 *
 * ```
 * tickets/partition=0/<first>-<last offset>.parquet       rows
 * tickets/merged/partition=0/<first>-<last>.<time>.parquet  the same rows in larger files: the table names which of them count
 * tickets/_delta_log/<version>.json                       the files as a Delta Lake table; nothing else lies in `tickets/`
 * tickets/_delta_log/<version>.checkpoint.parquet         what its versions come to, every so often; _last_checkpoint names the newest
 * tickets_json/partition=0/<first>-<last offset>.json     the same rows
 * dead_letters/partition=0/<first>-<last offset>.json
 * late_tickets/partition=0/<first>-<last offset>.json     rows among these that are in no window
 * ticket_counts/part-00000.json                           and the other counts files, that of windows among them
 * ticket_counts_by_hour_final/date=<day>/part-00000.json  and .parquet: all windows of a day that is over
 * _query.json                                             the engine's: which query writes here
 * _dropped.json                                           which JSON files were dropped, as merged files hold their rows
 * ```
 *
 * `partition=0` is what Hive, Spark, DuckDB and pyarrow take for one partition of a table. Merged files lie a folder deeper,
 * where readers who take all files of `tickets/partition=*` do not find them: they read each row once.
 */
const FOLDERS: Readonly<Record<ResultFormat, (table: string) => string>> = {
  json: (table) => `${table}_json`,
  parquet: (table) => table,
};
const DEAD_LETTERS = 'dead_letters';
export const DROPPED_KEY = '_dropped.json';

/** The offsets of one partition that a file holds. */
export interface PartitionRange extends OffsetRange {
  readonly partition: number;
}

export function rowsKey(table: string, format: ResultFormat, range: PartitionRange): string {
  return `${rowsPrefix(table, format)}${stemOf(range)}.${format}`;
}

export function deadLettersKey(range: PartitionRange): string {
  return `${DEAD_LETTERS}/${stemOf(range)}.json`;
}

/** Of the rows of a range that were late for their window. */
export function lateKey(table: string, range: PartitionRange): string {
  return `${lateFolder(table)}/${stemOf(range)}.json`;
}

const lateFolder = (table: string): string => `late_${table}`;

export function countsKey(name: string): string {
  return `${name}/part-00000.json`;
}

/** Of the windows of a day, `2026-11-26`, once all of them are final. */
export function finalWindowsKey(name: string, date: string, format: ResultFormat): string {
  return `${finalWindowsPrefix(name)}date=${date}/part-00000.${format}`;
}

export function finalWindowsPrefix(name: string): string {
  return `${name}_final/`;
}

/** The day of such a key; `undefined`: it is none. */
export function parseFinalWindowsKey(name: string, key: string): string | undefined {
  const prefix = finalWindowsPrefix(name);
  const rest = key.startsWith(prefix) ? key.slice(prefix.length) : '';
  return /^date=(\d{4}-\d\d-\d\d)\/part-00000\.(?:json|parquet)$/.exec(rest)?.[1];
}

export function rowsPrefix(table: string, format: ResultFormat): string {
  return `${FOLDERS[format](table)}/`;
}

/** Of the rows of one partition. */
export function partitionPrefix(table: string, format: ResultFormat, partition: number): string {
  return `${rowsPrefix(table, format)}partition=${partition}/`;
}

/** Where the log of the Delta Lake table lies: commits, and what other programs add to them. */
export function tableLogPrefix(table: string): string {
  return `${rowsPrefix(table, 'parquet')}_delta_log/`;
}

/** Of files that hold the rows of several ranges, all or those of one partition. */
export function mergedPrefix(table: string, partition?: number): string {
  const of = partition === undefined ? '' : `partition=${partition}/`;
  return `${rowsPrefix(table, 'parquet')}merged/${of}`;
}

/** `began`: when its merging did, in milliseconds since the epoch. Each attempt writes a file of its own. */
export function mergedKey(table: string, range: PartitionRange, began: number): string {
  return `${mergedPrefix(table, range.partition)}${formatRange(range)}.${String(began).padStart(13, '0')}.parquet`;
}

/** A file that holds all rows of a range, which were in several files before. */
export interface MergedFileName {
  readonly partition: number;
  readonly range: OffsetRange;
  /** When its merging began, in milliseconds since the epoch. */
  readonly began: number;
}

const MERGED = /^partition=(0|[1-9]\d{0,8})\/(\d{20}-\d{20})\.(\d{13})\.parquet$/;

/** `undefined`: it is none of this table. */
export function parseMergedKey(table: string, key: string): MergedFileName | undefined {
  const prefix = mergedPrefix(table);
  const found = key.startsWith(prefix) ? MERGED.exec(key.slice(prefix.length)) : null;
  const range = parseRange(found?.[2] ?? '');
  return range && { partition: Number(found?.[1]), range, began: Number(found?.[3]) };
}

/** Of dead letters, all or those of one partition. */
export function deadLettersPrefix(partition?: number): string {
  return `${DEAD_LETTERS}/${partition === undefined ? '' : `partition=${partition}/`}`;
}

/** All prefixes below which files of ranges lie. */
export function rangePrefixes(table: string): readonly string[] {
  return [
    ...RESULT_FORMATS.map((format) => rowsPrefix(table, format)),
    deadLettersPrefix(),
    `${lateFolder(table)}/`,
  ];
}

/** Prefixes of all that is written for one partition, and for no other. */
export function partitionPrefixes(table: string, partition: number): readonly string[] {
  return rangePrefixes(table).map((prefix) => `${prefix}partition=${partition}/`);
}

/** The same for all files of a range, and in the order in which they are listed: `partition=0/<first>-<last>`. */
function stemOf(range: PartitionRange): string {
  return `partition=${range.partition}/${formatRange(range)}`;
}

/** A file that holds rows, dead letters or late rows of one range of offsets of one partition, as its key says. */
export interface RangeFileName {
  readonly kind: 'rows' | 'dead_letters' | 'late';
  readonly format: ResultFormat;
  readonly partition: number;
  readonly range: OffsetRange;
  readonly stem: string;
}

const PATTERN = /^([^/]+)\/(partition=(0|[1-9]\d{0,8})\/(\d{20}-\d{20}))\.(json|parquet)$/;

/** `undefined`: a query with this table never writes such a key. */
export function parseRangeKey(table: string, key: string): RangeFileName | undefined {
  const [, folder, stem, partition, rangeText, ending] = PATTERN.exec(key) ?? [];
  const range = parseRange(rangeText ?? '');
  const format = RESULT_FORMATS.find((each) => each === ending);
  if (stem === undefined || range === undefined || format === undefined) return undefined;
  const name = { format, partition: Number(partition), range, stem };
  if (folder === FOLDERS[format](table)) return { ...name, kind: 'rows' };
  if (format !== 'json') return undefined;
  if (folder === DEAD_LETTERS) return { ...name, kind: 'dead_letters' };
  return folder === lateFolder(table) ? { ...name, kind: 'late' } : undefined;
}

/** Whether the query writes such a key. */
export function isResultKey({ table, countsFiles, windows }: Declaration, key: string): boolean {
  return (
    key === OWNER_KEY ||
    key === DROPPED_KEY ||
    (windows !== undefined &&
      (key === countsKey(windows.name) || parseFinalWindowsKey(windows.name, key) !== undefined)) ||
    countsFiles.some(({ name }) => key === countsKey(name)) ||
    key.startsWith(tableLogPrefix(table)) ||
    parseMergedKey(table, key) !== undefined ||
    parseRangeKey(table, key) !== undefined
  );
}
