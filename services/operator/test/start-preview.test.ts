import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  previewStart,
  type PartitionOffsets,
  type StartPreview,
  type StartPreviewOptions,
} from '@client-tickets/micro-batch';
import type { MemoryObjects } from '@client-tickets/micro-batch/testing';
import { createQueryHandler } from '@client-tickets/results';
import type { QueryState } from '@client-tickets/records';
import { ticketQuery } from '@client-tickets/tickets';
import { startHistory, TOPIC, type History } from './support/history.ts';
import { startQuery } from './support/start-query.ts';

const FORMATS = ['json', 'parquet'] as const;

function logOf({ log }: History): ReadonlyMap<number, PartitionOffsets> {
  return new Map(log.partitions.map((partition) => [partition, log.offsets(partition)]));
}

function preview(
  history: History,
  options: Partial<StartPreviewOptions<QueryState>> = {},
): Promise<StartPreview> {
  return previewStart({
    topic: TOPIC,
    log: logOf(history),
    handler: createQueryHandler(ticketQuery, { formats: FORMATS }),
    checkpoints: history.checkpointStore,
    results: history.resultsStore,
    findOffsetsAt: (timestamp) => Promise.resolve(history.log.offsetsAt(timestamp)),
    startingOffsets: { kind: 'earliest' },
    failOnDataLoss: true,
    clock: history.clock,
    newId: () => 'new',
    ...options,
  });
}

function history(seed: number, options: { readonly losses?: boolean } = {}): History {
  const { losses = false } = options;
  return startHistory({
    seed,
    records: 40,
    partitions: 2,
    formats: FORMATS,
    maxOffsetsPerTrigger: 5,
    losses,
  });
}

const contents = ({ objects }: MemoryObjects): string =>
  JSON.stringify([...objects].map(([key, { etag }]) => [key, etag]));

/** What the engine itself does with the same locations: the error it ends with, or where it begins to read. */
async function start({ log, resultsStore, checkpointStore }: History) {
  const positions = new Map<number, bigint>();
  const source = log.createSource({ alone: true }); // the crashed ones are still in the group
  const query = startQuery({
    source: {
      ...source,
      seek: (partition, offset) => {
        if (!positions.has(partition)) positions.set(partition, offset);
        source.seek(partition, offset);
      },
    },
    checkpoints: checkpointStore,
    results: resultsStore,
    trigger: { kind: 'availableNow' },
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep: () => new Promise((wake) => setImmediate(wake)),
    },
    newId: () => 'new',
    truncationWaitMs: 0,
  });
  const error = await query.finished.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error: error instanceof Error ? error.message : undefined, positions };
}

/** `offsets 0 to 4 of client_tickets, partition 1` of a loss; what else is refused says more. */
const placeIn = (message: string): string =>
  message.startsWith('offsets ') ? (message.split(': ')[0] ?? '') : message;

test('a preview says what the start then does, and writes nothing (40 histories)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 0, max: 600 }),
      fc.constantFrom(
        'nothing',
        'retention',
        'recreated',
        'checkpoint gone',
        'results gone',
        'other results',
      ),
      async (seed, steps, change) => {
        const past = history(seed);
        for (let step = 0; step < steps; step += 1) await past.step();
        past.crash();
        if (change === 'retention') past.log.removeBefore(0, past.log.offsets(0).latest);
        if (change === 'recreated') past.log.recreate(1);
        if (change === 'checkpoint gone') past.checkpoints.objects.delete(`${TOPIC}/partition-1.json`);
        if (change === 'results gone') past.results.objects.clear();
        if (change === 'other results') past.results.objects.delete('_query.json');
        const before = [contents(past.checkpoints), contents(past.results)];

        const seen = await preview(past);
        expect([contents(past.checkpoints), contents(past.results)]).toEqual(before);
        const { error, positions } = await start(past);
        expect(seen.refusals.length > 0).toBe(error !== undefined);
        // Without reading records, a log that another one has replaced may look cut back: the place is the same.
        if (error !== undefined)
          expect(seen.refusals.map(({ message }) => placeIn(message))).toContain(placeIn(error));
        else {
          // Reading begins with the last record that was read before, if there is one.
          const first = seen.partitions.map(({ partition, offset, lastRecord }) => {
            return [partition, lastRecord?.offset ?? offset] as const;
          });
          expect(new Map(first)).toEqual(positions);
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe('a preview', () => {
  test('of a new query resolves its starting offsets', async () => {
    const past = history(1);
    past.log.append(0, null);
    expect(await preview(past, { startingOffsets: { kind: 'latest' } })).toMatchObject({
      createsQuery: true,
      claimsResults: true,
      refusals: [],
      partitions: [
        { partition: 0, isStored: false, offset: 1n },
        { partition: 1, isStored: false, offset: 0n },
      ],
    });
    past.crash();
  });

  test('of a new query looks its starting timestamp up, and refuses one past the last record', async () => {
    const past = history(1);
    past.log.append(0, null, { timestamp: 1_000 });
    past.log.append(0, null, { timestamp: 3_000 });
    const at = (strategy: 'error' | 'latest') =>
      preview(past, { startingOffsets: { kind: 'timestamp', timestamp: 2_000, strategy } });
    expect(await at('latest')).toMatchObject({
      refusals: [],
      partitions: [
        { partition: 0, offset: 1n },
        { partition: 1, offset: 0n },
      ],
    });
    expect(await at('error')).toMatchObject({
      partitions: [],
      refusals: [
        { code: 'settings', message: expect.stringContaining('found none in partition 1') as unknown },
      ],
    });
    past.crash();
  });

  test('of a new query without brokers says that it needs them', async () => {
    const past = history(1);
    past.crash();
    await expect(preview(past, { log: undefined })).rejects.toThrow(
      'offsets of client_tickets are not known',
    );
  });

  test('names the settings that do not fit the checkpoint', async () => {
    const past = history(2);
    await past.end();
    const { refusals } = await preview(past, {
      handler: createQueryHandler(ticketQuery, { formats: ['json'] }),
    });
    expect(refusals.map(({ code }) => code)).toEqual(['checkpoint_mismatch']);
  });

  test('with failOnDataLoss off tells what would be recorded as lost', async () => {
    const past = history(3);
    await past.end();
    const { latest } = past.log.offsets(0);
    for (let count = 0; count < 5; count += 1) past.log.append(0, null);
    past.log.removeBefore(0, latest + 3n);
    const { refusals, partitions } = await preview(past, { failOnDataLoss: false });
    expect(refusals).toEqual([]);
    expect(partitions[0]?.loss).toEqual({ reason: 'expired', startOffset: latest, endOffset: latest + 3n });
  });
});
