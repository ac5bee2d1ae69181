import type { FilesStart, OpenFiles, Upload } from '@client-tickets/micro-batch';
import { emptyCounts, mergeCounts, type BufferPool, type Counts, type Query } from '@client-tickets/records';
import { JSON_LINES_TYPE } from './json-lines.ts';
import { deadLettersKey, rowsKey, type ResultFormat } from './layout/result-keys.ts';
import { readRecords, type ReadingOptions } from './read-records.ts';
import { RowFiles } from './row-files.ts';
import type { RowGroupPool } from './row-group-pool.ts';

export interface QueryFilesOptions extends ReadingOptions {
  readonly query: Query;
  readonly formats: readonly ResultFormat[];
  readonly pool: BufferPool;
  readonly groups: RowGroupPool;
}

/** The files of one range: rows in each format, and dead letters. */
export function openQueryFiles(start: FilesStart, options: QueryFilesOptions): OpenFiles<Counts> {
  const { partition, startOffset, beginUpload } = start;
  const { query } = options;
  let rows: RowFiles | undefined;
  let counts = emptyCounts(query);
  let deadLetters = 0;
  /** Its upload and its bytes so far; there mostly is none. */
  let deadFile: { readonly upload: Upload; size: number } | undefined;

  return {
    get bytes() {
      return Math.max(rows?.bytes ?? 0, deadFile?.size ?? 0);
    },
    async add(batch, state) {
      rows ??= new RowFiles({ ...options, partition, baseOffset: startOffset, beginUpload });
      const before = rows.length;
      const read = await readRecords(batch, rows, startOffset, options);
      if (read.deadLetters.count > 0) {
        deadFile ??= { upload: beginUpload({ contentType: JSON_LINES_TYPE }), size: 0 };
        const lines = read.deadLetters.finish();
        await deadFile.upload.write(lines);
        deadFile.size += lines.length;
        deadLetters += read.deadLetters.count;
      }
      await rows.flush();
      const added = rows.takeCounts();
      counts = mergeCounts(counts, added);
      return {
        state: mergeCounts(state, added),
        rows: rows.length - before,
        deadLetters: read.deadLetters.count,
        observations: {
          ...added,
          dead_letter_count_by_problem: read.problems,
          unknown_field_count_by_name: read.unknownFields.counts,
        },
      };
    },
    async finish(endOffset, state) {
      const range = { partition, startOffset, endOffset };
      const files = [...((await rows?.finish((format) => rowsKey(query.table, format, range))) ?? [])];
      if (deadFile !== undefined) {
        const key = deadLettersKey(range);
        await deadFile.upload.complete(key);
        files.push({ key, size: deadFile.size });
      }
      return { files, rows: rows?.length ?? 0, deadLetters, state: mergeCounts(state, counts) };
    },
    async abort() {
      await Promise.all([rows?.abort(), deadFile?.upload.abort()]);
    },
  };
}
