import type { Batch } from '../api/index.ts';
import { ApiError } from '../api/api-error.ts';

/** The rows after the one that the cursor names, and the cursor of the last one. Rows are newest first. */
export function pageOfBatches(
  rows: readonly Batch[],
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): { readonly items: readonly Batch[]; readonly next: string | null } {
  const older = before === undefined ? rows : rows.filter((row) => isOlder(row, parseCursor(before)));
  const items = older.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last === undefined || older.length <= limit ? null : cursorOf(last) };
}

/** A place in the order of rows, so that rows which come or go meanwhile neither repeat nor skip any. */
interface Cursor {
  readonly countedAt: string;
  readonly batchId: number;
  readonly key: string;
}

function cursorOf({ countedAt, key }: Batch): string {
  return `${countedAt}~${key}`;
}

/** `<countedAt>~<key>` of the last row. */
export const BATCH_CURSOR = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~((\d+)-\d+)$/;

function parseCursor(text: string): Cursor {
  const match = BATCH_CURSOR.exec(text);
  const [, countedAt, key, batchId] = match ?? [];
  if (countedAt === undefined || key === undefined) {
    throw new ApiError(
      'bad_request',
      `before: expected the \`next\` of an earlier answer, found ${JSON.stringify(text)}`,
    );
  }
  return { countedAt, key, batchId: Number(batchId) };
}

function isOlder(row: Batch, cursor: Cursor): boolean {
  if (row.countedAt !== cursor.countedAt) return row.countedAt < cursor.countedAt;
  if (row.batchId !== cursor.batchId) return row.batchId < cursor.batchId;
  return row.key < cursor.key;
}
