import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import { readPublishedCounts, type DeclaredCounts } from '@client-tickets/results';
import type { Counts, CountsTable } from '../api/index.ts';
import type { KnownObjects } from '../stores/known-objects.ts';
import { createPolled } from '../stores/polled.ts';

/**
 * The published counts. What this consumer publishes is seen a second later at the most while a page is open; what others do is read
 * when it is asked for.
 */
export interface CountsView {
  /** `undefined` before they were read. Before the first batch, when there are no files, everything is 0. */
  counts(): Counts | undefined;
  /** Why the last read failed. */
  readonly problem: string | undefined;
  refresh(options: { readonly force: boolean }): Promise<void>;
}

const EVERY_MS = 1_000;
/** A consumer publishes what it has counted a moment later: the store is asked only where that did not come. */
const STORE_EVERY_MS = 3_000;

export function createCountsView({
  clock,
  results,
  files,
}: {
  readonly clock: Clock;
  readonly results: KnownObjects;
  readonly files: readonly DeclaredCounts[];
}): CountsView {
  const published = createPolled({
    clock,
    everyMs: EVERY_MS,
    read: (isForced) => readTables(results.knownFor(isForced ? 0 : STORE_EVERY_MS), files),
  });
  return {
    counts: () =>
      published.value && {
        total: totalOf(published.value),
        tables: [...published.value],
        problem: published.problem ?? null,
      },
    get problem() {
      return published.problem;
    },
    refresh: (options) => published.refresh(options),
  };
}

async function readTables(
  results: ObjectStore,
  files: readonly DeclaredCounts[],
): Promise<readonly CountsTable[]> {
  return (await readPublishedCounts(results, files)).map((found) => {
    if (found.kind === 'damaged') throw new Error(`${results.location}${found.key}: ${found.problem}`);
    const { name, column, values } = found.file;
    const counts = found.kind === 'read' ? found.counts : {};
    const names = [...new Set([...values, ...Object.keys(counts)])];
    return { name, column, kinds: names.map((each) => ({ name: each, count: counts[each] ?? 0 })) };
  });
}

/** Each table counts every row once. */
function totalOf([table]: readonly CountsTable[]): number {
  return table?.kinds.reduce((sum, { count }) => sum + count, 0) ?? 0;
}
