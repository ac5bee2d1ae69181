import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, StreamingQuery, systemClock } from '@client-tickets/micro-batch';
import { MemoryLog } from '@client-tickets/micro-batch/testing';
import { openObjectStore } from '@client-tickets/object-store';
import { createCountsPublisher, createQueryHandler } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { ticketBatch } from './ticket-batch.ts';
import { TOPIC } from './history.ts';

/** A results and a checkpoint folder, filled by the real engine, and gone after the test. */
export interface FolderLocation {
  readonly results: string;
  readonly checkpoints: string;
  /** Every file with its content, to see whether something has changed. */
  snapshot(): Promise<ReadonlyMap<string, string>>;
  remove(): Promise<void>;
}

/** 30 tickets and 3 dead letters in 2 partitions, by batches of 10. */
export async function createFolderLocation(): Promise<FolderLocation> {
  const folder = await mkdtemp(join(tmpdir(), 'operator-test-'));
  const [results, checkpoints] = [join(folder, 'results'), join(folder, 'checkpoints')];
  const log = new MemoryLog(TOPIC, 2);
  for (const { value, offset } of ticketBatch({ count: 33, broken: [4n, 17n, 30n] }).records) {
    log.append(Number(offset % 2n), value, { timestamp: Date.UTC(2026, 10, 22) });
  }
  const resultStore = await openObjectStore(results);
  const checkpointStore = await openObjectStore(checkpoints);
  try {
    const query = StreamingQuery.start({
      name: 'test',
      source: log.createSource(),
      handler: createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] }),
      publisher: createCountsPublisher({ query: ticketQuery, store: resultStore, topic: TOPIC }),
      checkpoints: checkpointStore,
      results: resultStore,
      trigger: { kind: 'availableNow' },
      clock: systemClock,
      logger: silentLogger,
      newId: () => 'query-of-a-test',
      maxOffsetsPerTrigger: 10,
    });
    await query.finished;
  } finally {
    await resultStore.close();
    await checkpointStore.close();
  }
  return {
    results,
    checkpoints,
    snapshot: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const read = async (path: string) => [path, (await readFile(path)).toString('base64')] as const;
      return new Map(await Promise.all(files.sort().map(read)));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
