import { ObjectStoreError } from '../ports/object-store.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import { QueryError } from '../ports/query-error.ts';

/** An error of the handler says which records it could not process; that a store does not answer is another matter. */
export async function nameFailure<T>(
  partition: number,
  { startOffset, endOffset }: OffsetRange,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ObjectStoreError) throw error;
    throw new QueryError(
      'handler_failed',
      `offsets ${startOffset} to ${endOffset - 1n} of partition ${partition} could not be processed: ` +
        `${error instanceof Error ? error.message : String(error)}. Nothing of them was lost, and they are tried again at the next start.`,
      { cause: error },
    );
  }
}
