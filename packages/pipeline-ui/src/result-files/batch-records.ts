import { offsetInLog, type OffsetRange, type StoredFiles } from '@client-tickets/micro-batch';
import {
  coversRange,
  FORMATS,
  parseRangeKey,
  RowColumns,
  wholeFile,
  type Declaration,
  type MergedFile,
  type StoredRow,
} from '@client-tickets/results';
import type { BatchDetail, DeadLetterView } from '../api/index.ts';
import { showDeadLetter } from './dead-letter-view.ts';
import { linesForwards } from './text-lines.ts';

export type BatchRecords = Pick<BatchDetail, 'records' | 'rejected' | 'problem'>;
type Shown = BatchDetail['records'][number];

export interface BatchFiles {
  readonly read: (key: string) => Promise<Uint8Array | undefined>;
  /** Files of this partition that hold what was in several before. */
  readonly listMerged: () => Promise<readonly MergedFile[]>;
}

const SHOWN_TEXT = 2_000;

/**
 * The first `limit` rows and dead letters of a partition's batch, from the files that hold it and perhaps other batches; once they were
 * merged and deleted, from the file that they were merged to. A file that is missing, too large or damaged is named as the `problem`.
 */
export async function readBatchRecords(
  declaration: Declaration,
  batch: OffsetRange,
  { files }: Pick<StoredFiles, 'files'>,
  limit: number,
  { read, listMerged }: BatchFiles,
): Promise<BatchRecords> {
  const problems: string[] = [];
  async function readEach<T>(
    key: string | undefined,
    parse: (body: Uint8Array) => Promise<T[]> | T[],
    parseOther: () => Promise<T[] | undefined> = () => Promise.resolve(undefined),
  ): Promise<T[]> {
    if (key === undefined) return [];
    try {
      const body = await read(key);
      const found = body === undefined ? await parseOther() : await parse(body);
      if (found !== undefined) return found;
      problems.push(`${key} is not there any more`);
    } catch (error) {
      problems.push(`${key} can't be shown: ${error instanceof Error ? error.message : String(error)}`);
    }
    return [];
  }

  const named = files.flatMap(({ key }) => {
    const name = parseRangeKey(declaration.table, key);
    return name === undefined ? [] : [{ key, ...name }];
  });
  const letters = named.find(({ kind }) => kind === 'dead_letters');
  const rows = named.filter(({ kind }) => kind === 'rows');
  const cheapest = rows.find(({ format }) => format === 'json') ?? rows[0];
  const columns = new RowColumns(declaration);
  const isInBatch = ({ offset }: StoredRow): boolean => isWithin(batch, offset);
  const takeRows = async (groups: AsyncIterable<Iterable<StoredRow>>): Promise<StoredRow[]> => {
    const shown: StoredRow[] = [];
    for await (const group of groups) {
      shown.push(...take(group, isInBatch, limit - shown.length));
      if (shown.length === limit) break;
    }
    return shown;
  };
  const readOwn = async (body: Uint8Array): Promise<StoredRow[]> => {
    if (cheapest === undefined) return [];
    return takeRows(FORMATS[cheapest.format].readGroups(columns, wholeFile(body), cheapest.range));
  };
  const readMerged = async (): Promise<StoredRow[] | undefined> => {
    const merged = (await listMerged()).find((file) => cheapest && coversRange(file, cheapest));
    const body = merged && (await read(merged.key));
    if (merged === undefined || body === undefined) return undefined;
    return takeRows(FORMATS.parquet.readGroups(columns, wholeFile(body), merged.range));
  };
  const rowsOfBatch = await readEach(cheapest?.key, readOwn, readMerged);
  const records = rowsOfBatch.map((row) => toShown(declaration, columns, row));
  const rejected = await readEach(letters?.key, (body) =>
    take(showEach(body), ({ offset }) => isWithin(batch, BigInt(offset)), limit),
  );
  return { records, rejected, problem: problems[0] ?? null };
}

/** Before: the record's own fields. After: what was derived from them as well, and where the record was. */
function toShown({ record, derived }: Declaration, { names }: RowColumns, row: StoredRow): Shown {
  const all = new Map(names.map((name, index) => [name, showValue(row.values[index] ?? null)]));
  const pick = (wanted: readonly string[]): Record<string, string | number> =>
    Object.fromEntries(wanted.flatMap((name) => optional(name, all.get(name) ?? null)));
  const before = pick(Object.keys(record.fields));
  return {
    offset: String(row.offset),
    before,
    after: {
      ...before,
      ...pick(
        names.filter((name) => !(name in record.fields) || derived.some((column) => column.name === name)),
      ),
      kafka_partition: row.partition,
      kafka_offset: String(row.offset),
    },
  };
}

function optional(name: string, value: string | number | null): [string, string | number][] {
  return value === null ? [] : [[name, value]];
}

function showValue(value: StoredRow['values'][number]): string | number | null {
  if (typeof value === 'bigint') return showMicroseconds(value);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.length > SHOWN_TEXT ? `${value.slice(0, SHOWN_TEXT)}…` : value;
}

/** `2026-11-22T09:30:00.000Z`, with six decimals where three would not hold it. */
function showMicroseconds(micros: bigint): string {
  const rest = ((micros % 1_000n) + 1_000n) % 1_000n;
  const text = new Date(Number((micros - rest) / 1_000n)).toISOString();
  return rest === 0n ? text : text.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}

function* showEach(body: Uint8Array): Generator<DeadLetterView> {
  for (const line of linesForwards(body)) yield showDeadLetter(line);
}

/** `offset` is as readers see it. */
function isWithin({ startOffset, endOffset }: OffsetRange, offset: bigint): boolean {
  return offset >= offsetInLog(startOffset) && offset < offsetInLog(endOffset);
}

function take<T>(items: Iterable<T>, isWanted: (item: T) => boolean, limit: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length >= limit) break;
    if (isWanted(item)) taken.push(item);
  }
  return taken;
}
