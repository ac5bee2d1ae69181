import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import { TableFollower } from '@client-tickets/results';
import type { Figures } from '../api/index.ts';
import { createPolled } from '../stores/polled.ts';
import { QUIET_EVERY_MS } from './look-again.ts';

/** The Delta Lake table of the results. */
export interface TableView {
  /** `null`: there is none, or it has not been read yet. */
  table(): Figures['table'];
  /** Asks the store only when there may be news, and every minute: other programs may change the table as well. */
  refresh(options: { readonly force: boolean }): Promise<void>;
  /** A commit is there, or may be `afterMs` from now. */
  expectCommit(afterMs: number): void;
}

/** Files come by the minute; each look costs two small reads or three. */
const EVERY_MS = 5_000;

export function createTableView({
  clock,
  results,
  name,
}: {
  readonly clock: Clock;
  readonly results: ObjectStore;
  readonly name: { readonly table: string; readonly topic: string };
}): TableView {
  const follower = new TableFollower(results, name);
  let dueAt = -Infinity;
  const summary = createPolled({
    clock,
    everyMs: EVERY_MS,
    async read() {
      dueAt = clock.monotonic() + QUIET_EVERY_MS; // before the read: a commit that comes meanwhile may be missed by it
      try {
        return await follower.summarize();
      } catch (error) {
        dueAt = -Infinity;
        throw error;
      }
    },
  });
  return {
    table: () => summary.value ?? null,
    async refresh({ force }) {
      if (force || clock.monotonic() >= dueAt) await summary.refresh({ force });
    },
    expectCommit(afterMs) {
      dueAt = Math.min(dueAt, clock.monotonic() + afterMs);
    },
  };
}
