import type { ObjectStore } from '@client-tickets/micro-batch';
import { MERGE_OWNER, type VacuumableFile } from '@client-tickets/results';
import { deleteAll } from '../cli/delete-all.ts';

/**
 * Deletes these files, and what is left of the uploads of merges that were killed. `begunBefore`, in milliseconds since the epoch: a merge
 * that was begun later may be under way.
 */
export async function deleteVacuumable(
  results: ObjectStore,
  files: readonly VacuumableFile[],
  begunBefore: number,
  onDeleted: (deleted: number) => void,
): Promise<void> {
  await deleteAll(results, files, onDeleted);
  await results.abortUploads(MERGE_OWNER, { begunBefore });
}
