import { QueryError } from '../ports/query-error.ts';
import { field, JsonShapeError, readCount, readJson, type JsonNode } from './json-reader.ts';

/** Of all documents of a checkpoint. Raised when one changes in a way that other code can't read. */
export const CHECKPOINT_VERSION = 4;

/** Reads any document of a checkpoint: JSON, of this version, with errors that name it. */
export function readCheckpointDocument<T>(body: Uint8Array, name: string, read: (root: JsonNode) => T): T {
  try {
    const root = readJson(body);
    const version = readCount(field(root, 'version'));
    if (version !== CHECKPOINT_VERSION) throw otherVersion(name, version);
    return read(root);
  } catch (error) {
    if (!(error instanceof JsonShapeError)) throw error;
    throw new QueryError(
      'checkpoint_damaged',
      `${name} is damaged: ${error.message}. Restore it from a copy, or rebuild the checkpoint from the results.`,
      { cause: error },
    );
  }
}

function otherVersion(name: string, version: number): QueryError {
  const found = `${name} has version ${version}; this program knows version ${CHECKPOINT_VERSION}.`;
  if (version > CHECKPOINT_VERSION) {
    const advice = 'Run the newer program again, or start with a new checkpoint and results location.';
    return new QueryError('checkpoint_newer', `${found} ${advice}`);
  }
  const advice =
    'An older program wrote it, and there is no upgrade in place before 1.0: let that program finish what it has to do, ' +
    'or reset the query, which starts it again with a new checkpoint and empty results.';
  return new QueryError('checkpoint_older', `${found} ${advice}`);
}
