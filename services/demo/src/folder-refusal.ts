import { EmbeddedLogError } from '@client-tickets/embedded-log';
import { ObjectStoreError, QueryError } from '@client-tickets/micro-batch';

type Refused = EmbeddedLogError | ObjectStoreError | QueryError;

/** What another folder is a way out of: the one that was named is in use, or holds what this demo did not write. */
const CODES: readonly string[] = [
  'locked',
  'corrupt',
  'refused',
  'checkpoint_damaged',
  'checkpoint_newer',
  'checkpoint_older',
  'checkpoint_mismatch',
  'results_mismatch',
] satisfies readonly Refused['code'][];

/** The demo can't work in its folder. The message ends with what to type. */
class FolderRefusal extends Error {
  override readonly name = 'FolderRefusal';
  readonly code: string;

  constructor(cause: Refused) {
    super(`${cause.message} To run the demo in another folder: --data <folder>.`, { cause });
    this.code = cause.code;
  }
}

/** Does the work, and rejects with `FolderRefusal` where its folder is why it can't be done. */
export async function inFolder<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefused =
      error instanceof EmbeddedLogError || error instanceof ObjectStoreError || error instanceof QueryError;
    throw isRefused && CODES.includes(error.code) ? new FolderRefusal(error) : error;
  }
}
