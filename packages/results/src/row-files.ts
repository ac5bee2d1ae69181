import {
  countColumns,
  emptyCounts,
  JsonLines,
  mergeCounts,
  ParquetFile,
  type BufferPool,
  type Counts,
  type Query,
  type RecordColumns,
  type RecordReader,
} from '@client-tickets/records';
import { JSON_LINES_TYPE } from './json-lines.ts';
import type { ResultFormat } from './layout/result-keys.ts';

/**
 * A row group ends with the row that makes it so long, or its messages so many bytes: a rule over records alone, so that two
 * consumers cut the same file alike.
 */
export const ROW_GROUP = { rows: 65_536, bytes: 16 * 1024 * 1024 } as const;

const PARQUET_TYPE = 'application/vnd.apache.parquet';
/** What a JSON line has beside its message, and a Parquet row in all. */
const LINE_BYTES = 160;
const ROW_BYTES = 16;

export interface RowFileBody {
  readonly format: ResultFormat;
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** The rows of one range of offsets, written in each format as they come. */
export class RowFiles {
  length = 0;
  counts: Counts;
  readonly columns: RecordColumns;
  readonly #query: Query;
  readonly #pool: BufferPool;
  readonly #lines: JsonLines | undefined;
  readonly #parquet: ParquetFile | undefined;
  readonly #offsets: Float64Array;
  readonly #baseOffset: bigint;
  #groupBytes = 0;

  constructor(options: {
    readonly query: Query;
    readonly reader: RecordReader;
    readonly formats: readonly ResultFormat[];
    readonly pool: BufferPool;
    readonly partition: number;
    readonly baseOffset: bigint;
    /** About how much will come. */
    readonly records: number;
    readonly bytes: number;
  }) {
    const { query, reader, formats, pool, partition, records, bytes } = options;
    const capacity = Math.max(1, Math.min(records, ROW_GROUP.rows));
    this.columns = reader.createColumns(capacity);
    this.counts = emptyCounts(query);
    this.#query = query;
    this.#pool = pool;
    this.#baseOffset = options.baseOffset;
    this.#offsets = new Float64Array(capacity);
    const { columns } = this;
    this.#lines = formats.includes('json')
      ? new JsonLines({
          columns,
          derived: query.derived,
          partition,
          memory: pool.take(bytes + records * LINE_BYTES),
        })
      : undefined;
    this.#parquet = formats.includes('parquet')
      ? new ParquetFile(query, {
          partition,
          hasExtra: columns.extra !== undefined,
          sizeHint: records * ROW_BYTES + 4096,
        })
      : undefined;
  }

  /** The columns have got a row, from the message `source[start, end)`. `place`: its offset, counted from `baseOffset`. */
  addLast(source: DataView, start: number, end: number, place: number, offset: number | bigint): void {
    const { columns } = this;
    this.#lines?.addLast(source, start, end, offset);
    this.#offsets[columns.length - 1] = place;
    this.#groupBytes += end - start;
    this.length += 1;
    if (columns.length === columns.capacity || this.#groupBytes >= ROW_GROUP.bytes) this.#endRowGroup();
  }

  /** The whole files; none without rows. Their bodies are valid until `release`. */
  finish(): readonly RowFileBody[] {
    if (this.columns.length > 0) this.#endRowGroup();
    if (this.length === 0) return [];
    const json = this.#lines && { body: this.#lines.bytes, contentType: JSON_LINES_TYPE };
    const parquet = this.#parquet && { body: this.#parquet.finish(), contentType: PARQUET_TYPE };
    return [
      ...(json === undefined ? [] : [{ format: 'json', ...json } as const]),
      ...(parquet === undefined ? [] : [{ format: 'parquet', ...parquet } as const]),
    ];
  }

  /** Gives the memory of bodies back. */
  release(): void {
    if (this.#lines !== undefined) this.#pool.give(this.#lines.memory);
  }

  #endRowGroup(): void {
    const { columns } = this;
    this.counts = mergeCounts(this.counts, countColumns(this.#query, columns));
    this.#parquet?.addRowGroup(columns, { offsets: this.#offsets, baseOffset: this.#baseOffset });
    columns.clear();
    this.#groupBytes = 0;
  }
}
