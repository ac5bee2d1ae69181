import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLog } from '@client-tickets/micro-batch/testing';
import { openObjectStore } from '@client-tickets/object-store';
import { startQuery } from './start-query.ts';
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
    await startQuery({
      source: log.createSource(),
      checkpoints: checkpointStore,
      results: resultStore,
      trigger: { kind: 'availableNow' },
      maxOffsetsPerTrigger: 10,
    }).finished;
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
