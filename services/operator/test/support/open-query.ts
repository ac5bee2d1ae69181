import { randomUUID } from 'node:crypto';
import type { ObjectStore, StoredObject, StreamingQuery, Trigger } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, MemoryLog, MemoryObjects } from '@client-tickets/micro-batch/testing';
import type { QueryState } from '@client-tickets/records';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { expect } from 'vitest';
import { TOPIC } from './history.ts';
import { startQuery } from './start-query.ts';

const HOUR_MS = 3_600_000;
const COUNTS_KEY = 'ticket_counts/part-00000.json';

/** Where a killed consumer has left a query: its counts are ahead of its files. */
export interface OpenQuery {
  readonly log: MemoryLog;
  readonly results: MemoryObjects;
  readonly checkpoints: MemoryObjects;
  readonly resultsStore: ObjectStore;
  readonly checkpointStore: ObjectStore;
  /** All versions of the counts by type, oldest first. */
  readonly counts: readonly StoredObject[];
  /** The next consumer, which ends when all is read. */
  readonly finish: (options?: { readonly failOnDataLoss: boolean }) => Promise<void>;
}

/**
 * 20 tickets in files; then 15 more and a dead letter that are counted, in batches of four, and in no file. All in partition 0:
 * `stored` is at 20, `counted` at 36.
 */
export async function leaveOpenQuery(): Promise<OpenQuery> {
  const log = new MemoryLog(TOPIC, 1);
  const tickets = createTicketGenerator({ seed: 8, startTime: new Date(0) });
  const add = (count: number): void => {
    for (let each = 0; each < count; each += 1) log.append(0, encodeTicket(tickets.next()));
  };
  const results = new MemoryObjects();
  const checkpoints = new MemoryObjects();
  const counts: StoredObject[] = [];
  results.onWrite = (key) => {
    const object = key === COUNTS_KEY ? results.objects.get(key) : undefined;
    if (object !== undefined) counts.push(object);
  };
  add(20);
  await start({ log, results, checkpoints }, { kind: 'availableNow' }).finished;
  add(7);
  log.append(0, Buffer.from('no ticket'));
  add(8);
  const killed = start({ log, results, checkpoints }, { kind: 'interval', everyMs: 1 });
  await expect.poll(() => countedBy(counts.at(-1))).toBe(36);
  // What is there now is all that a kill would leave; the stop, which finishes the files, comes to others.
  const left = { log, results: results.copy(), checkpoints: checkpoints.copy() };
  await killed.stop({ budgetMs: 5_000 });
  return {
    ...left,
    resultsStore: createMemoryObjectStore('memory://results/', left.results),
    checkpointStore: createMemoryObjectStore('memory://checkpoints/', left.checkpoints),
    counts: counts.slice(),
    finish: (options) => start(left, { kind: 'availableNow' }, options).finished,
  };
}

/** Up to which offset of partition 0 a version of a counts file counts. */
export function countedBy(version: StoredObject | undefined): number {
  const ends = JSON.parse(version?.metadata['end-offsets'] ?? '{}') as Record<string, string>;
  return Number(ends['0'] ?? 0);
}

function start(
  { log, results, checkpoints }: Pick<OpenQuery, 'log' | 'results' | 'checkpoints'>,
  trigger: Trigger,
  { failOnDataLoss = true } = {},
): StreamingQuery<QueryState> {
  return startQuery({
    source: log.createSource(),
    results: createMemoryObjectStore('memory://results/', results),
    checkpoints: createMemoryObjectStore('memory://checkpoints/', checkpoints),
    trigger,
    maxOffsetsPerTrigger: 4,
    rollover: { intervalMs: HOUR_MS, bytes: 1_000_000_000, inactivityMs: HOUR_MS },
    failOnDataLoss,
    newId: randomUUID,
  });
}
