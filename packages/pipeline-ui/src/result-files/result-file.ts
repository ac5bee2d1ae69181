import type { ObjectStore } from '@client-tickets/micro-batch';
import { parseRangeKey, type Declaration } from '@client-tickets/results';
import { ApiError } from '../api/api-error.ts';
import { MOST_FILE_BYTES, type ResultFile } from '../api/index.ts';

/** Rows, dead letters or late rows of a range; nothing else that lies in the store. Throws `ApiError`. */
export async function readResultFile(
  { table }: Pick<Declaration, 'table'>,
  results: ObjectStore,
  key: string,
): Promise<ResultFile> {
  const shown = JSON.stringify(key);
  if (parseRangeKey(table, key) === undefined) {
    throw new ApiError('not_found', `${shown} is no result file; a batch names those that hold it`);
  }
  const found = await results.get(key, { mostBytes: MOST_FILE_BYTES }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError('unavailable', `${shown} can't be read: ${reason}`, { cause });
  });
  if (found === undefined) throw new ApiError('not_found', `${shown} is not there`);
  return { name: key.replaceAll('/', '-'), body: new Uint8Array(found.body) };
}
