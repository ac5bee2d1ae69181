/** When files that are being filled are finished (Flink's three rolling rules). Times in milliseconds. */
export interface Rollover {
  /** Their age; 0: with every batch. */
  readonly intervalMs: number;
  /** The size of the largest of them, in bytes. */
  readonly bytes: number;
  /** For so long nothing has come for their partition. */
  readonly inactivityMs: number;
}

/** A file for every batch, as Spark makes them. */
export const EVERY_BATCH: Rollover = { intervalMs: 0, bytes: 128 * 1024 * 1024, inactivityMs: 30_000 };

/** Files as the plan finds them. Times are those of clocks, which may have been set meanwhile. */
export interface FilesAtHand {
  readonly now: number;
  /** When the first of their batches was counted, and the last one. */
  readonly openSince: number;
  readonly countedAt: number;
  readonly bytes: number;
  /** Nothing more may come into them: the query ends, or leaves a log that has lost records. */
  readonly mustEnd: boolean;
}

/**
 * Whether files are to be planned now. Decided here and nowhere else, by the consumer that makes the plan: others execute it and
 * never ask.
 */
export function isFileDue({ intervalMs, bytes, inactivityMs }: Rollover, files: FilesAtHand): boolean {
  const has = (since: number, ms: number): boolean => {
    const age = files.now - since;
    return age >= ms || age < 0; // a clock that was set back must not keep files open
  };
  return (
    intervalMs === 0 ||
    files.mustEnd ||
    files.bytes >= bytes ||
    has(files.openSince, intervalMs) ||
    has(files.countedAt, inactivityMs)
  );
}

/** When files that are open become due by themselves, in the time of the clock. */
export function dueAt(
  { intervalMs, inactivityMs }: Rollover,
  { openSince, countedAt }: Pick<FilesAtHand, 'openSince' | 'countedAt'>,
): number {
  return Math.min(openSince + intervalMs, countedAt + inactivityMs);
}
