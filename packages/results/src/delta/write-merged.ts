import { ObjectStoreError, type ObjectStore, type Upload } from '@client-tickets/micro-batch';
import { ParquetFile, RecordReader, type Query } from '@client-tickets/records';
import { CONTENT_TYPES } from '../layout/result-keys.ts';
import { MERGED_ROW_GROUP } from '../layout/row-group.ts';
import { prefetch } from '../read/prefetch.ts';
import { openParts } from '../read/file-parts.ts';
import { readParquetGroups } from '../read/read-parquet-groups.ts';
import { RowColumns, type StoredRow } from '../read/stored-row.ts';
import type { TableFile } from './table-file.ts';

/** Small files are read some at a time, ahead of what is written. */
const READ_AHEAD = { mostItems: 16, mostBytes: 8 * 1024 * 1024 } as const;
const PARQUET_BYTES = 1024 * 1024;

/** Whose uploads they are: `vacuum` throws away what killed merges have left of them. */
export const MERGE_OWNER = 'merge';

export type MergeInput = Omit<TableFile, 'rows'>;

export interface WriteMergedOptions {
  readonly query: Query;
  /** Whether rows have the column of fields that are not declared. */
  readonly hasExtra: boolean;
  readonly results: ObjectStore;
  /** Of one partition, in order. */
  readonly inputs: readonly MergeInput[];
  readonly key: string;
  /** Called after each input. */
  readonly onRead: () => void;
}

/**
 * Writes the rows of several files to one, in the row groups of a large file, which readers can skip, and whose dictionaries pay off: small
 * ones put one behind the other would be no quicker to read. Every row is checked on its way. Memory holds some small inputs and one
 * row group of each side. Rejects, and leaves nothing behind, when an input can't be read to its end; the error names it.
 */
export async function writeMerged(options: WriteMergedOptions): Promise<{ size: number; rows: number }> {
  const { results, key } = options;
  const upload = results.beginUpload({ contentType: CONTENT_TYPES.parquet, owner: MERGE_OWNER });
  try {
    const written = await write(options, upload);
    await upload.complete(key);
    return written;
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

async function write(
  { query, hasExtra, results, inputs, onRead }: WriteMergedOptions,
  upload: Upload,
): Promise<{ size: number; rows: number }> {
  const [first] = inputs;
  if (first === undefined) throw new RangeError('expected files to merge, found none');
  const { partition } = first;
  const baseOffset = first.range.startOffset;
  const reader = new RecordReader(query.record, { keepUnknownFields: hasExtra });
  const columns = reader.createColumns(MERGED_ROW_GROUP.rows);
  const offsets = new Float64Array(MERGED_ROW_GROUP.rows);
  const rowColumns = new RowColumns(query);
  const indexOf = new Map(rowColumns.names.map((name, index) => [name, index]));
  const file = new ParquetFile(query, { partition, hasExtra, memory: PARQUET_BYTES });
  let rows = 0;
  let size = 0;
  let text = 0;

  async function endRowGroup(): Promise<void> {
    file.addRowGroup(columns, { offsets, baseOffset });
    columns.clear();
    text = 0;
    const { bytes } = file;
    await upload.write(bytes);
    size += bytes.length;
    file.continueIn(file.memory); // the upload has a copy
  }

  /** Whether the row group is full with it. */
  function add({ offset, values }: StoredRow): boolean {
    offsets[columns.length] = Number(offset - baseOffset);
    columns.addStored((name) => values[indexOf.get(name) ?? -1] ?? null);
    for (const value of values) text += typeof value === 'string' ? value.length : 0;
    rows += 1;
    return columns.length === columns.capacity || text >= MERGED_ROW_GROUP.bytes;
  }

  const files = prefetch(inOrder(inputs), {
    load: (input) => openParts(results, input, { first: 'end' }),
    bytesOf: (input) => input.size,
    ...READ_AHEAD,
  });
  for await (const [input, stored] of files) {
    try {
      if (stored?.size !== input.size)
        throw new RangeError(`expected ${input.size} bytes, found ${stored?.size ?? 'no such file'}`);
      const { startOffset, endOffset } = input.range;
      let next = startOffset;
      for await (const group of readParquetGroups(rowColumns, stored, endOffset - startOffset)) {
        for (const row of group) {
          if (row.partition !== partition || row.offset < next || row.offset >= endOffset)
            throw new RangeError(`offset ${row.offset} of partition ${row.partition} does not belong there`);
          next = row.offset + 1n;
          if (add(row)) await endRowGroup();
        }
      }
    } catch (error) {
      throw error instanceof ObjectStoreError ? error : new UnreadableInput(input.key, error);
    }
    onRead();
  }
  if (columns.length > 0) await endRowGroup();
  const end = file.finish();
  await upload.write(end);
  return { size: size + end.length, rows };
}

/** A file that can't be merged, because it is not what the table says. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';

  constructor(key: string, cause: unknown) {
    super(`${key} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function* inOrder<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}
