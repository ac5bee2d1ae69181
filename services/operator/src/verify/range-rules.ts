import {
  formatRange,
  type OffsetRange,
  type PartitionCheckpoint,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import { parseRangeKey, rowsKey, type ListedRange, type ResultFormat } from '@client-tickets/results';
import type { Difference } from './difference.ts';
import type { RangeEvidence } from './range-evidence.ts';
import { showOffsets } from '../cli/output.ts';

/** A range lies where a committed batch can have been. `coveredEnd` is where the ranges before it end. */
export function checkPlace(
  { partition, range, files }: ListedRange,
  checkpoint: PartitionCheckpoint<unknown>,
  coveredEnd: bigint,
): readonly Difference[] {
  const why = whyUnexplained(range, checkpoint);
  const unexplained = files.map(({ key }): Difference => {
    return { code: 'file_unexplained', partition, offsets: range, key, message: `${key}: ${why}` };
  });
  if (range.startOffset >= coveredEnd) return why === undefined ? [] : unexplained;
  const endOffset = range.endOffset < coveredEnd ? range.endOffset : coveredEnd;
  const offsets = { startOffset: range.startOffset, endOffset };
  const message = `offsets ${showOffsets(offsets)} are in the file of ${showOffsets(range)} and in another`;
  return [...(why === undefined ? [] : unexplained), { code: 'offsets_twice', partition, offsets, message }];
}

function whyUnexplained(range: OffsetRange, checkpoint: PartitionCheckpoint<unknown>): string | undefined {
  const { partition, firstOffset, stored, recentFiles: recent } = checkpoint;
  if (range.startOffset < firstOffset) return `partition ${partition} begins at offset ${firstOffset}`;
  if (range.endOffset > stored.endOffset) return `no batch crosses the committed end ${stored.endOffset}`;
  // Either a loss was stepped over, and no batch touches it, or it lies within the batch that was planned then.
  const stepped = checkpoint.gaps.find((gap) => overlaps(gap, range) && !isWithin(gap, range));
  if (stepped !== undefined)
    return `the checkpoint records offsets ${showOffsets(stepped)} as lost before they were read`;
  const [oldest] = recent;
  const isRecent = oldest !== undefined && range.endOffset > oldest.startOffset;
  const name = formatRange(range);
  if (isRecent && !recent.some((batch) => formatRange(batch) === name))
    return 'no committed batch has this range';
  return undefined;
}

function overlaps(a: OffsetRange, b: OffsetRange): boolean {
  return a.startOffset < b.endOffset && b.startOffset < a.endOffset;
}

function isWithin(inner: OffsetRange, outer: OffsetRange): boolean {
  return outer.startOffset <= inner.startOffset && inner.endOffset <= outer.endOffset;
}

/** Rows are there in every format that the query writes, and in no other. Those that were merged need no files of their own. */
export function checkFormats(
  table: string,
  { partition, range, files, isMerged }: RangeEvidence,
  formats: readonly ResultFormat[],
): readonly Difference[] {
  const inFormats = files.filter(({ kind }) => kind === 'rows');
  const missing = isMerged
    ? []
    : formats.filter((format) => !inFormats.some((file) => file.format === format));
  const missingKeys =
    inFormats.length === 0 ? [] : missing.map((format) => rowsKey(table, format, { partition, ...range }));
  const others = inFormats.filter(({ format }) => !formats.includes(format));
  return [
    ...missingKeys.map((key): Difference => {
      const message = `${key} is not there; its offsets are in another format alone`;
      return { code: 'file_missing', partition, offsets: range, key, message };
    }),
    ...others.map(({ key, format }): Difference => {
      const message = `${key}: the query does not write ${format}`;
      return { code: 'file_unexplained', partition, offsets: range, key, message };
    }),
  ];
}

/** A range holds what the checkpoint says of its batch. Rows that were merged need no files of their own. */
export function checkBatch(
  table: string,
  batch: StoredFiles,
  evidence: RangeEvidence,
): readonly Difference[] {
  const { partition, range, rows, deadLetters } = evidence;
  const place = { partition, offsets: range };
  const files = batch.files.flatMap(({ key, size }): readonly Difference[] => {
    const file = evidence.files.find((each) => each.key === key);
    if (file?.size === size) return [];
    if (file === undefined && evidence.isMerged && parseRangeKey(table, key)?.kind === 'rows') return [];
    const message =
      file === undefined
        ? `${key} is not there; it was stored at ${batch.storedAt}`
        : `${key} has ${file.size} bytes; ${size} were stored at ${batch.storedAt}`;
    return [{ ...place, code: file === undefined ? 'file_missing' : 'file_damaged', key, message }];
  });
  if (rows.length === batch.rows && deadLetters.length === batch.deadLetters) return files;
  const message =
    `offsets ${showOffsets(range)} hold ${rows.length} rows and ${deadLetters.length} dead letters; ` +
    `${batch.rows} and ${batch.deadLetters} were stored at ${batch.storedAt}`;
  return [...files, { ...place, code: 'rows_wrong', message }];
}
