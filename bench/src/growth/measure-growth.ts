import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBatches, type LoggedBatch } from '../batch-log.ts';
import { startConsumer } from '../consumer-process.ts';
import type { MeasuredBuild } from '../service-run.ts';
import { uiUrl } from '../pipeline-ui-url.ts';
import { runPlace, type PlaceKind } from '../run-place.ts';
import { topicOf, type Workload } from '../workload.ts';
import { growthRow, storeRequests, type GrowthRow, type GrowthSample } from './growth-rows.ts';
import { createLogTail } from './log-tail.ts';

const LOOK_MS = 200;
/** Without a batch for so long, none comes any more. */
const PATIENCE_MS = 60_000;

/**
 * Runs a consumer for many small batches, one right after the other, and looks at it each time another `rowBatches` are done.
 * The batches are as small as they are because their number is what may make something grow.
 */
export async function measureGrowth(
  options: MeasuredBuild & {
    readonly where: PlaceKind;
    /** Its topic holds at least `batches * maxOffsetsPerTrigger` tickets. */
    readonly workload: Workload;
    readonly batches: number;
    readonly rowBatches: number;
    readonly onRow: (rows: readonly GrowthRow[]) => void;
    readonly onBatches: (done: number) => void;
  },
): Promise<readonly GrowthRow[]> {
  const { where, workload, batches, rowBatches, onRow, onBatches } = options;
  const id = `bench-growth-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'bench-growth-'));
  const place = runPlace(where, { folder, id });
  const { maxOffsetsPerTrigger } = workload;
  const consumer = startConsumer({
    ...options,
    topic: topicOf(workload),
    groupId: id,
    folder,
    place,
    trigger: '0 seconds',
    maxOffsetsPerTrigger,
  });
  try {
    const tail = createLogTail(join(folder, 'consumer.log'));
    let log = '';
    let url: string | undefined;
    let done: LoggedBatch[] = [];
    let rowsDone = 0;
    let peak = 0;
    const rows: GrowthRow[] = [];
    let before: GrowthSample = { residentBytes: 0, checkpointBytes: 0, requests: 0, listRequests: 0 };
    let lastNews = performance.now();
    while (rowsDone < batches) {
      const text = log + (await tail.readNew());
      const complete = text.lastIndexOf('\n') + 1;
      log = text.slice(complete);
      url ??= uiUrl(text);
      const found = readBatches(text.slice(0, complete));
      if (found.length > 0) lastNews = performance.now();
      done = [...done, ...found];
      peak = Math.max(peak, consumer.usage().residentBytes);
      onBatches(rowsDone + done.length);
      while (done.length >= rowBatches && rowsDone < batches) {
        const metrics = url === undefined ? '' : await (await fetch(new URL('metrics', url))).text();
        const after = {
          residentBytes: peak,
          checkpointBytes: await place.checkpointBytes(),
          ...storeRequests(metrics),
        };
        const durations = done.slice(0, rowBatches).map(({ durationMs }) => durationMs);
        rows.push(growthRow(rowsDone + 1, durations, before, after));
        before = after;
        peak = consumer.usage().residentBytes; // the next row may be complete already
        rowsDone += rowBatches;
        done = done.slice(rowBatches);
        onRow(rows);
      }
      if (performance.now() - lastNews > PATIENCE_MS)
        throw new Error(`no batch for a minute, ${rowsDone + done.length} of ${batches} are done`);
      await Promise.race([new Promise((resolve) => setTimeout(resolve, LOOK_MS)), consumer.ended]);
    }
    return rows;
  } finally {
    await consumer.stop();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  }
}
