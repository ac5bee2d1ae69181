import type { CountedBatch, StoredFiles } from '@client-tickets/micro-batch';

/** A counted batch, and the files that hold its records; while they are open, there are none. */
export interface KnownBatch extends CountedBatch {
  readonly files: StoredFiles['files'];
  /** `undefined`: its records are in open files. */
  readonly storedAt: string | undefined;
}

/** Of one partition. `files` are those of ranges, which may hold many batches. */
export function knownBatches(
  batches: readonly CountedBatch[],
  files: readonly StoredFiles[],
): readonly KnownBatch[] {
  return batches.map((batch) => {
    const holding = files.find(
      ({ startOffset, endOffset }) => startOffset <= batch.startOffset && batch.endOffset <= endOffset,
    );
    return { ...batch, files: holding?.files ?? [], storedAt: holding?.storedAt };
  });
}
