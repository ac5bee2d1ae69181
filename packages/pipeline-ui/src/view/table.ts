import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import { TableFollower } from '@client-tickets/results';
import type { Figures } from '../api/index.ts';
import { createPolled } from '../stores/polled.ts';

/** The Delta Lake table of the results, a few seconds old at the most while a page is open. */
export interface TableView {
  /** `null`: there is none, or it has not been read yet. */
  table(): Figures['table'];
  refresh(options: { readonly force: boolean }): Promise<void>;
}

/** Files come by the minute; each look costs two small reads. */
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
  const summary = createPolled({
    clock,
    everyMs: EVERY_MS,
    read: () => follower.summarize(),
  });
  return { table: () => summary.value ?? null, refresh: (options) => summary.refresh(options) };
}
