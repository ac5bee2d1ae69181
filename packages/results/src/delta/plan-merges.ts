import { logOf } from '@client-tickets/micro-batch';
import { parseMergedKey, parseRangeKey } from '../layout/result-keys.ts';
import type { ResultTable } from './folded-table.ts';
import type { MergeInput } from './write-merged.ts';

/** How large merged files become, if nothing else is said. Half of it has room in the memory of a small container. */
export const TARGET_FILE_BYTES = 64 * 1024 * 1024;
/** A file below it is worth merging. */
export const SMALL_FILE_BYTES = TARGET_FILE_BYTES / 2;

/** So that a commit which removes them stays small. */
const MOST_INPUTS = 2_000;

/** Files of one partition that follow each other in the table, and may become one. */
export type Merge = readonly MergeInput[];

/**
 * What to merge of a table, so that its files come near `targetBytes`. A file of half that size or more stays as it is, and so does one
 * without a neighbour. What is merged holds no more than a million rows, and nothing of two logs.
 */
export function planMerges(
  table: string,
  { files }: Pick<ResultTable, 'files'>,
  targetBytes: number,
): readonly Merge[] {
  const merges: Merge[] = [];
  let inputs: MergeInput[] = [];
  let bytes = 0;
  let offsets = 0n;
  const end = (): void => {
    if (inputs.length > 1) merges.push(inputs);
    inputs = [];
    bytes = 0;
    offsets = 0n;
  };
  for (const input of inOrder(table, files)) {
    const width = input.range.endOffset - input.range.startOffset;
    if (input.size >= targetBytes / 2 || width >= MOST_ROWS / 2n) {
      end();
      continue;
    }
    const last = inputs.at(-1);
    const fits =
      bytes + input.size <= targetBytes && offsets + width <= MOST_ROWS && inputs.length < MOST_INPUTS;
    if (!fits || last === undefined || !isOneLog(last, input)) end();
    inputs.push(input);
    bytes += input.size;
    offsets += width;
  }
  end();
  return merges;
}

/** Of a merged file, as no file has more rows than offsets: where tickets are short, its bytes alone would allow many millions. */
const MOST_ROWS = 1024n * 1024n;

function isOneLog(a: MergeInput, b: MergeInput): boolean {
  return a.partition === b.partition && logOf(a.range.startOffset) === logOf(b.range.startOffset);
}

/** Files of this pipeline; what another program has made of some stays as it is. */
function inOrder(table: string, files: ResultTable['files']): readonly MergeInput[] {
  const inputs = [...files].flatMap(([key, size]) => {
    const name = parseRangeKey(table, key) ?? parseMergedKey(table, key);
    return name === undefined ? [] : [{ key, size, partition: name.partition, range: name.range }];
  });
  return inputs.sort((a, b) =>
    a.partition === b.partition
      ? Number(a.range.startOffset - b.range.startOffset)
      : a.partition - b.partition,
  );
}
