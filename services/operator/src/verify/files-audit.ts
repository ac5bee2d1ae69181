import {
  formatRange,
  type ObjectStore,
  type OffsetRange,
  type QueryIdentity,
} from '@client-tickets/micro-batch';
import {
  DROPPED_KEY,
  listRanges,
  prefetch,
  readDroppedJson,
  readOptions,
  type DroppedJson,
  type ListedRange,
  type MergedFile,
} from '@client-tickets/results';
import type { CheckpointSnapshot } from '../checkpoint/checkpoint-snapshot.ts';
import { coverRanges, isEmpty } from './covered-ranges.ts';
import type { Difference, DifferenceCode } from './difference.ts';
import { JsonAudit } from './json-audit.ts';
import { MergedRows } from './merged-rows.ts';
import { NO_FILES, openFiles, type PartOptions } from './open-files.ts';
import { PartitionAudit, type PartitionFindings } from './partition-audit.ts';
import type { QueryRows } from './query-rows.ts';
import { examineRange } from './range-evidence.ts';
import type { RequeuedRecords } from './requeued-records.ts';
import type { TopicSample } from './topic-sample.ts';

/** What is loaded ahead while a range is examined. Small files come by the dozen, large ones one at a time. */
export const READ_AHEAD = { mostItems: 24, mostBytes: 4 * 1024 * 1024 } as const;

const MAY_PASS: ReadonlySet<DifferenceCode> = new Set(['file_missing', 'file_replaced']);

export interface FilesAudit {
  readonly findings: ReadonlyMap<number, PartitionFindings>;
  /** Ranges at or after the committed end of the snapshot: only a later look at the checkpoint can explain them. */
  readonly tail: readonly ListedRange[];
  /** What is wrong with files of the planned batches, and with JSON files of what was merged. */
  readonly differences: readonly Difference[];
  /** Rows that are in merged files, and whose JSON files were dropped. */
  readonly rowsDropped: number;
}

/**
 * Reads every file of the committed offsets, and those of the planned batches as far as they are there, once and in
 * order, and compares them with a snapshot of the checkpoints that was taken **before**: whatever it says is committed is
 * there already and never changes again.
 */
export async function auditFiles(options: {
  readonly results: ObjectStore;
  readonly rows: QueryRows;
  readonly identity: QueryIdentity;
  readonly snapshot: CheckpointSnapshot;
  /** What the table says of the snapshot's time or later: their small files may be gone. */
  readonly merged: readonly MergedFile[];
  /** Offsets of a partition at which its counts are wanted. */
  readonly marksOf: (partition: number) => Iterable<bigint>;
  readonly requeued: RequeuedRecords;
  readonly sample: TopicSample | undefined;
  readonly onProgress: (rows: number) => void;
  readonly parts?: PartOptions | undefined;
}): Promise<FilesAudit> {
  const { results, rows, identity, snapshot, merged, marksOf, requeued, sample, onProgress, parts } = options;
  const { formats } = readOptions(identity.settings);
  const audits = new Map(
    [...snapshot.partitions].map(([partition, { checkpoint }]) => {
      return [partition, new PartitionAudit({ checkpoint, rows, formats, marks: marksOf(partition) })];
    }),
  );
  const place = ({ partition, range }: ListedRange): 'committed' | 'planned' | 'tail' => {
    const checkpoint = snapshot.partitions.get(partition)?.checkpoint;
    if (checkpoint === undefined) return 'tail';
    if (range.startOffset < checkpoint.stored.endOffset) return 'committed';
    const { planned } = checkpoint;
    return planned !== null && formatRange(planned) === formatRange(range) ? 'planned' : 'tail';
  };

  const tail: ListedRange[] = [];
  const differences: Difference[] = [];
  let read = 0;
  const { table } = rows.query;
  const json = new JsonAudit(table, await readDropped(results, differences));
  const mergedRows = new MergedRows(results, rows.columns, parts);
  const wholeOf = (partition: number): readonly OffsetRange[] => {
    const checkpoint = snapshot.partitions.get(partition)?.checkpoint;
    if (checkpoint === undefined) return [];
    const { endOffset } = checkpoint.stored;
    return [...checkpoint.recentFiles, { startOffset: endOffset, endOffset }];
  };
  const ranges = coverRanges(listRanges(results, table), merged, wholeOf);
  const loaded = prefetch(ranges, {
    load: (listed) =>
      place(listed) === 'tail' ? Promise.resolve(NO_FILES) : openFiles(results, listed, parts),
    bytesOf: ({ files }) => files.reduce((sum, { size }) => sum + size, 0),
    ...READ_AHEAD,
  });
  for await (const [listed, opened] of loaded) {
    const where = place(listed);
    if (where !== 'committed' && listed.files.length > 0) tail.push(listed);
    if (where === 'tail') continue;
    const slice = listed.merged && (await mergedRows.take(listed.merged, listed.range));
    if (isEmpty(listed, slice)) continue;
    const content = { opened, reopen: () => openFiles(results, listed, parts), slice };
    const evidence = await examineRange(rows, identity.topic, listed, content, sample);
    onProgress((read += evidence.rows.length));
    const hasJson = evidence.files.some(({ kind, format }) => kind === 'rows' && format === 'json');
    if (evidence.isMerged && !hasJson && formats.includes('json')) json.add(evidence);
    requeued.add(evidence);
    if (where === 'committed') sample?.addRange(evidence);
    if (where === 'committed') audits.get(listed.partition)?.add(evidence);
    // A planned batch may be given up and its files deleted, or be executed again, while they are looked at.
    else differences.push(...evidence.differences.filter(({ code }) => !MAY_PASS.has(code)));
  }
  differences.push(...(await json.finish(() => readDropped(results, []))));
  const findings = new Map([...audits].map(([partition, audit]) => [partition, audit.finish()]));
  return { findings, tail, differences, rowsDropped: json.rowsDropped };
}

/** Nothing where it can't be read, which is a difference. */
async function readDropped(results: ObjectStore, differences: Difference[]): Promise<DroppedJson> {
  try {
    return await readDroppedJson(results);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    differences.push({ code: 'file_damaged', key: DROPPED_KEY, message: error.message });
    return new Map();
  }
}
