import type { BufferPool, FilesStart, RecordBlock, Upload, WrittenFile } from '@client-tickets/micro-batch';
import {
  countColumns,
  emptyCounts,
  JsonLines,
  LateLines,
  mergeCounts,
  ParquetFile,
  WindowFold,
  type Counts,
  type Query,
  type RecordColumns,
  type WindowState,
} from '@client-tickets/records';
import { CONTENT_TYPES, type ResultFormat } from './layout/result-keys.ts';
import { ROW_GROUP } from './layout/row-group.ts';
import { LogTimes } from './log-times.ts';
import type { RowGroup, RowGroupPool } from './row-group-pool.ts';

/** So much is encoded before it goes to the upload: the processor's cache holds it until then. */
const PIECE_BYTES = 256 * 1024;
/** With room for the line that makes a piece full. */
const LINES_BYTES = PIECE_BYTES + 64 * 1024;
/** What a row group of one batch comes to. */
const PARQUET_BYTES = 1024 * 1024;

interface RowFile {
  readonly format: ResultFormat;
  readonly upload: Upload;
  /** How much has gone to the upload. */
  written: number;
}

/**
 * The rows of one range of offsets, written in each format as they come. Memory holds one row group and a piece of each file,
 * however large the files become.
 */
export class RowFiles {
  length = 0;
  readonly #query: Query;
  readonly #pool: BufferPool;
  readonly #groups: RowGroupPool;
  readonly #group: RowGroup;
  readonly #logTimes: LogTimes;
  readonly #lines: JsonLines | undefined;
  readonly #parquet: ParquetFile | undefined;
  readonly #late: LateLines | undefined;
  readonly #files: readonly RowFile[];
  readonly #baseOffset: bigint;
  #groupBytes = 0;
  #isGroupGiven = false;
  #isMemoryGiven = false;
  /** Of rows that were counted and not taken yet, and up to which row of the group they were. */
  #counts: Counts;
  #countedRows = 0;
  #windows: WindowFold | undefined;

  constructor(options: {
    readonly query: Query;
    readonly formats: readonly ResultFormat[];
    readonly pool: BufferPool;
    readonly groups: RowGroupPool;
    readonly partition: number;
    readonly baseOffset: bigint;
    readonly beginUpload: FilesStart['beginUpload'];
  }) {
    const { query, formats, pool, groups, partition, beginUpload } = options;
    this.#query = query;
    this.#pool = pool;
    this.#groups = groups;
    this.#group = groups.take();
    this.#logTimes = new LogTimes(this.#group.logTimes);
    this.#baseOffset = options.baseOffset;
    this.#counts = emptyCounts(query);
    const { columns } = this.#group;
    this.#lines = formats.includes('json')
      ? new JsonLines({ columns, derived: query.derived, partition, memory: pool.take(LINES_BYTES) })
      : undefined;
    this.#parquet = formats.includes('parquet')
      ? new ParquetFile(query, {
          partition,
          hasExtra: columns.extra !== undefined,
          memory: pool.take(PARQUET_BYTES),
        })
      : undefined;
    this.#late = query.windows && new LateLines(query.windows, { columns, partition });
    this.#files = formats.map((format) => ({
      format,
      upload: beginUpload({ contentType: CONTENT_TYPES[format] }),
      written: 0,
    }));
  }

  /** Where the next row is read into. */
  get columns(): RecordColumns {
    return this.#group.columns;
  }

  /** How large the largest of its files is, without the rows of a row group that is not full. */
  get bytes(): number {
    return Math.max(
      this.#parquet?.size ?? 0,
      ...this.#files.map((file) => file.written + this.#linesIn(file)),
    );
  }

  /** Whether there are enough lines to be handed over. */
  get hasPiece(): boolean {
    return this.#lines !== undefined && this.#lines.length >= PIECE_BYTES;
  }

  /** The rows of a batch follow, which windows are to count from this state on. `undefined`: the query counts nothing by windows. */
  countWindows(state: WindowState | undefined): WindowFold | undefined {
    const { windows } = this.#query;
    if (windows === undefined || state === undefined) return undefined;
    const { offsets } = this.#group;
    this.#windows = new WindowFold(windows, state, (late) =>
      this.#late?.add(late, this.#baseOffset + BigInt(offsets[late.row] ?? 0)),
    );
    return this.#windows;
  }

  /** The rows that follow come from `block`, whose first offset is `sinceBase` after `baseOffset`. */
  beginBlock(block: RecordBlock, sinceBase: number): void {
    if (this.#windows !== undefined) this.#logTimes.begin(block, sinceBase, this.columns.length);
  }

  /** The columns have got a row, from the message `source[start, end)`. `place`: its offset, counted from `baseOffset`. */
  addLast(source: DataView, start: number, end: number, place: number, offset: number | bigint): void {
    const { columns, offsets } = this.#group;
    this.#lines?.addLast(source, start, end, offset);
    offsets[columns.length - 1] = place;
    this.#groupBytes += end - start;
    this.length += 1;
    if (columns.length === columns.capacity || this.#groupBytes >= ROW_GROUP.bytes) this.#endRowGroup();
  }

  /** The counts of the rows that were added since this was asked last. */
  takeCounts(): Counts {
    this.#count();
    this.#logTimes.end();
    const counts = this.#counts;
    this.#counts = emptyCounts(this.#query);
    return counts;
  }

  /** Rows that were counted, but for windows they came too late, since this was asked last: JSON lines. */
  takeLate(): { readonly count: number; readonly bytes: Uint8Array } {
    return this.#late?.take() ?? { count: 0, bytes: new Uint8Array() };
  }

  /** Hands over what is enough to be handed over. */
  async flush(leastBytes = PIECE_BYTES): Promise<void> {
    for (const file of this.#files) {
      const from = file.format === 'parquet' ? this.#parquet : this.#lines;
      const bytes = from?.bytes ?? new Uint8Array();
      if (from === undefined || bytes.length < leastBytes) continue;
      await this.#write(file, bytes);
      from.continueIn(from.memory); // the upload has a copy
    }
  }

  /** Makes the files visible; none without rows. */
  async finish(keyOf: (format: ResultFormat) => string): Promise<readonly WrittenFile[]> {
    if (this.length === 0) {
      await this.abort();
      return [];
    }
    if (this.columns.length > 0) this.#endRowGroup();
    // At once: the files that follow begin while these are sent, and then there would be two row groups for a partition.
    this.#giveGroup();
    await this.flush(1);
    const finishing = this.#files.map(async (file) => {
      if (file.format === 'parquet') await this.#write(file, this.#parquet?.finish());
      const key = keyOf(file.format);
      await file.upload.complete(key);
      return { key, size: file.written };
    });
    await Promise.allSettled(finishing); // `abort` may not come between two requests of one that goes on
    const finished = await Promise.all(finishing);
    this.#giveMemory();
    return finished;
  }

  async abort(): Promise<void> {
    this.#giveGroup();
    this.#giveMemory();
    await Promise.all(this.#files.map(({ upload }) => upload.abort()));
  }

  async #write(file: RowFile, bytes: Uint8Array = new Uint8Array()): Promise<void> {
    await file.upload.write(bytes);
    file.written += bytes.length;
  }

  #linesIn({ format }: RowFile): number {
    return format === 'json' ? (this.#lines?.length ?? 0) : 0;
  }

  #count(): void {
    const { columns, offsets } = this.#group;
    if (this.#countedRows === columns.length) return;
    this.#windows?.add(columns, this.#logTimes.upTo(columns.length, offsets), this.#countedRows);
    this.#counts = mergeCounts(this.#counts, countColumns(this.#query, columns, this.#countedRows));
    this.#countedRows = columns.length;
  }

  #endRowGroup(): void {
    const { columns, offsets } = this.#group;
    this.#count();
    this.#parquet?.addRowGroup(columns, { offsets, baseOffset: this.#baseOffset });
    columns.clear();
    this.#logTimes.goOn(0);
    this.#countedRows = 0;
    this.#groupBytes = 0;
  }

  /** Once; no row is added after it. */
  #giveGroup(): void {
    if (this.#isGroupGiven) return;
    this.#isGroupGiven = true;
    this.#groups.give(this.#group);
  }

  /** Once; nothing is encoded after it. */
  #giveMemory(): void {
    if (this.#isMemoryGiven) return;
    this.#isMemoryGiven = true;
    for (const { memory } of [this.#lines, this.#parquet].filter((each) => each !== undefined))
      this.#pool.give(memory);
  }
}
