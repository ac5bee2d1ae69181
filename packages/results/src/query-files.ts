import type { BufferPool, FilesStart, OpenFiles, Upload } from '@client-tickets/micro-batch';
import {
  addWindows,
  emptyCounts,
  emptyWindows,
  leftOutAs,
  mergeCounts,
  withoutWindows,
  type Query,
  type QueryState,
} from '@client-tickets/records';
import { CONTENT_TYPES, deadLettersKey, lateKey, rowsKey, type ResultFormat } from './layout/result-keys.ts';
import { readRecords, type ReadingOptions } from './read-records.ts';
import { RowFiles } from './row-files.ts';
import type { RowGroupPool } from './row-group-pool.ts';

export interface QueryFilesOptions extends ReadingOptions {
  readonly query: Query;
  readonly formats: readonly ResultFormat[];
  readonly pool: BufferPool;
  readonly groups: RowGroupPool;
  /** As `QueryHandlerOptions` say. */
  readonly droppableUntil: () => number;
}

interface LineFile {
  readonly upload: Upload;
  /** In bytes. */
  readonly size: number;
}

/** The files of one range: rows in each format, dead letters, and rows that were late. */
export function openQueryFiles(start: FilesStart, options: QueryFilesOptions): OpenFiles<QueryState> {
  const { partition, startOffset, beginUpload } = start;
  const { query, droppableUntil } = options;
  const unitMs = query.windows?.unitMs ?? 0;
  let rows: RowFiles | undefined;
  let counts = emptyCounts(query);
  /** What these rows add; neither watermark nor delay of it are looked at. */
  let windows = emptyWindows(0);
  let deadLetters = 0;
  /** Mostly there are none. */
  let deadFile: LineFile | undefined;
  let lateFile: LineFile | undefined;

  async function write(file: LineFile | undefined, bytes: Uint8Array): Promise<LineFile | undefined> {
    if (bytes.length === 0) return file;
    const { upload, size } = file ?? { upload: beginUpload({ contentType: CONTENT_TYPES.json }), size: 0 };
    await upload.write(bytes);
    return { upload, size: size + bytes.length };
  }

  return {
    get bytes() {
      return Math.max(rows?.bytes ?? 0, deadFile?.size ?? 0, lateFile?.size ?? 0);
    },
    async add(batch, state) {
      rows ??= new RowFiles({ ...options, partition, baseOffset: startOffset, beginUpload });
      const before = rows.length;
      // Here, as a partition with a backlog is never between records: the next batch is filled before the last one is stored.
      const former = state.windows && withoutWindows(state.windows, droppableUntil(), unitMs);
      const counting = rows.countWindows(former);
      const read = await readRecords(batch, rows, startOffset, options);
      deadLetters += read.deadLetters.count;
      deadFile = await write(deadFile, read.deadLetters.finish());
      await rows.flush();
      const added = rows.takeCounts();
      counts = mergeCounts(counts, added);
      const late = rows.takeLate();
      lateFile = await write(lateFile, late.bytes);
      if (counting !== undefined) windows = addWindows(windows, counting.added);
      return {
        state: {
          counts: mergeCounts(state.counts, added),
          ...(counting && { windows: counting.state }),
        },
        rows: rows.length - before,
        deadLetters: read.deadLetters.count,
        ...(counting && {
          events: {
            ...counting.eventTimes,
            watermark: counting.watermark,
            late: late.count,
            forced: counting.forced,
          },
        }),
        observations: {
          ...added,
          dead_letter_count_by_problem: read.problems,
          unknown_field_count_by_name: read.unknownFields.counts,
        },
      };
    },
    async finish(endOffset, state, counted) {
      const range = { partition, startOffset, endOffset };
      const files = [...((await rows?.finish((format) => rowsKey(query.table, format, range))) ?? [])];
      const lines = [
        { file: deadFile, key: deadLettersKey(range) },
        { file: lateFile, key: lateKey(query.table, range) },
      ];
      for (const { file, key } of lines) {
        if (file === undefined) continue;
        await file.upload.complete(key);
        files.push({ key, size: file.size });
      }
      const stored = {
        counts: mergeCounts(state.counts, counts),
        // The watermark that decides about what follows is the one that was counted with, and what is dropped there is dropped here.
        ...(state.windows &&
          counted.windows && {
            windows: leftOutAs(addWindows(state.windows, windows, counted.windows), counted.windows, unitMs),
          }),
      };
      return { files, rows: rows?.length ?? 0, deadLetters, state: stored };
    },
    async abort() {
      await Promise.all([rows?.abort(), deadFile?.upload.abort(), lateFile?.upload.abort()]);
    },
  };
}
