import { mergedKey } from '../layout/result-keys.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { OpenTable } from './open-table.ts';
import { planMerges, type Merge } from './plan-merges.ts';
import { tableColumns, type QueryTable } from './table-schema.ts';
import { UnreadableInput, writeMerged } from './write-merged.ts';

/** A merged file that is not in the table by then is given up: `vacuum` may take it for one that was left behind. */
export const LONGEST_MERGE_MS = 30 * 60_000;

export interface OptimizeOptions extends QueryTable {
  readonly targetBytes: number;
  /** Looked at between two merges. */
  readonly signal?: AbortSignal;
  /** How many of the files that are to be merged have been read. */
  readonly onProgress?: (files: number) => void;
}

export interface FileSum {
  readonly files: number;
  readonly bytes: number;
}

export interface OptimizeReport {
  /** Of small files. */
  readonly removed: FileSum;
  /** Of those in their place. */
  readonly added: FileSum;
  /** What was given up, and why: merges, and checkpoints of the log. */
  readonly problems: readonly string[];
}

/**
 * Merges small files of a table, while consumers add to it and others merge, too. Its rows are the same at each moment:
 *
 * 1. Write the merged file. No version names it yet, and it lies where no reader of files looks.
 * 2. Commit, put if absent: removes the small files and adds the merged one, without a change of data, and with the ends of the version
 *    before. If another commit was first, the same comes after it, as long as the small files are all there. Else another process
 *    has merged some of them: the merge is given up, and its file left to `vacuum`.
 *
 * A process that ends anywhere leaves a file that no version names, or a version that is whole. The small files stay until `vacuum`:
 * versions of before name them. Rejects as the store does.
 */
export async function optimizeTable(options: OptimizeOptions): Promise<OptimizeReport> {
  const { query, topic, hasExtra, results, targetBytes, signal, onProgress } = options;
  const columns = tableColumns(query, hasExtra);
  const table = new OpenTable(results, { table: query.table, topic, columns });
  const checkpoints = new CheckpointWriter({ results, table: query.table, topic, clock: options.clock });
  const removed: FileSum[] = [];
  const added: FileSum[] = [];
  const problems: string[] = [];
  if (!(await table.refresh())) return { removed: sumOf(removed), added: sumOf(added), problems };
  let read = 0;
  for (const merge of planMerges(query.table, table, targetBytes)) {
    signal?.throwIfAborted();
    const merged = await mergeFiles(options, table, merge, () => onProgress?.((read += 1)));
    if (typeof merged === 'string') {
      problems.push(merged);
      continue;
    }
    const problem = await writeCheckpoint(checkpoints, merged.version);
    if (problem !== undefined) problems.push(problem);
    added.push({ files: 1, bytes: merged.bytes });
    removed.push(...merge.map(({ size }) => ({ files: 1, bytes: size })));
  }
  return { removed: sumOf(removed), added: sumOf(added), problems };
}

/** Why there is none of a version that should have one. */
async function writeCheckpoint(checkpoints: CheckpointWriter, version: number): Promise<string | undefined> {
  if (!checkpoints.isDue(version)) return undefined;
  try {
    await checkpoints.write(version);
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  }
}

/** Why it was given up, if it was. */
async function mergeFiles(
  { query, hasExtra, results, clock }: OptimizeOptions,
  table: OpenTable,
  merge: Merge,
  onRead: () => void,
): Promise<{ readonly bytes: number; readonly version: number } | string> {
  const [first, last] = [merge[0], merge.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('expected files to merge, found none');
  const { partition } = first;
  const range = { startOffset: first.range.startOffset, endOffset: last.range.endOffset };
  const began = clock.now();
  const key = mergedKey(query.table, { partition, ...range }, began);
  try {
    const { size, rows } = await writeMerged({ query, hasExtra, results, inputs: merge, key, onRead });
    const file = { key, size, rows, partition, range };
    for (;;) {
      if (!(await table.refresh())) return `${key}: the table is gone`;
      const gone = merge.find((input) => table.files.get(input.key) !== input.size);
      if (gone !== undefined) return `${key}: another process has merged ${gone.key} meanwhile`;
      const now = clock.now();
      if (now - began > LONGEST_MERGE_MS)
        return `${key}: it took more than ${LONGEST_MERGE_MS / 60_000} minutes`;
      const version = await table.commit({ files: [file], removed: merge }, now);
      if (version === undefined) continue; // another commit was first
      return { bytes: size, version };
    }
  } catch (error) {
    if (error instanceof UnreadableInput) return error.message;
    throw error;
  }
}

export function sumOf(sums: readonly FileSum[]): FileSum {
  const sum = (of: (each: FileSum) => number): number => sums.reduce((total, each) => total + of(each), 0);
  return { files: sum(({ files }) => files), bytes: sum(({ bytes }) => bytes) };
}
