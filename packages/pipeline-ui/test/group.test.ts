import { partitionCheckpointKey } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, MemoryLog } from '@client-tickets/micro-batch/testing';
import { describe, expect, it } from 'vitest';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

interface Rows {
  readonly items: {
    partition: number;
    mine: boolean;
    owner: string | null;
    rows: number;
    lag: number | null;
  }[];
}

it('no partition is shown with an end of the log before what was counted', async () => {
  const { ui, get, addTickets, startQuery } = createUiPipeline({ partitions: 1 });
  addTickets(7);
  const query = startQuery();
  await query.finished;
  const readEarlier = query.status().partitions.map((partition) => ({ ...partition, latestOffset: 6n }));
  ui.attach({
    status: () => ({ ...query.status(), partitions: readEarlier }),
    pause: () => query.pause(),
    resume: () => query.resume(),
  });
  expect((await get('/api/v1/partitions')).body).toMatchObject({
    items: [{ countedOffset: '7', storedOffset: '7', latestOffset: '7', lag: 0 }],
  });
});

it('a log that replaced another one is shown with its own offsets, also where another consumer reads it', async () => {
  const first = createUiPipeline({ partitions: 1 });
  const { log, checkpoints, results } = first;
  first.addTickets(7);
  await first.startQuery().finished;
  const key = partitionCheckpointKey(log.topic, 0);
  const written = Buffer.from((await checkpoints.get(key))?.body ?? []).toString();
  const inSecondLog = written.replaceAll(
    /"(startOffset|endOffset|firstOffset)":\s*"(\d+)"/g,
    (_, name: string, offset: string) => `"${name}": "${10n ** 15n + BigInt(offset)}"`,
  );
  expect(inSecondLog).not.toBe(written);
  await checkpoints.put(key, Buffer.from(inSecondLog));
  const { get } = createUiPipeline({ log, checkpoints, results });
  expect((await get('/api/v1/partitions')).body).toMatchObject({
    items: [
      { mine: false, firstOffset: '0', countedOffset: '7', storedOffset: '7', latestOffset: '7', lag: 0 },
    ],
  });
  expect((await get('/api/v1/batches')).body).toMatchObject({
    items: [{ parts: [{ startOffset: '0', endOffset: '7' }] }],
  });
});

describe('with several consumers', () => {
  it('the page of each shows the partitions, batches and dead letters of all', async () => {
    const log = new MemoryLog('client_tickets', 4);
    const shared = {
      log,
      results: createMemoryObjectStore('memory://results/'),
      checkpoints: createMemoryObjectStore('memory://checkpoints/'),
      trigger: { kind: 'interval', everyMs: 5 } as const,
    };
    const groupMembers = (): Promise<ReadonlyMap<number, string>> =>
      Promise.resolve(new Map([0, 1, 2, 3].map((partition) => [partition, partition % 2 === 0 ? 'a' : 'b'])));
    const consumers: UiPipeline[] = [
      createUiPipeline({ ...shared, groupMembers, member: 'a' }),
      createUiPipeline({ ...shared, groupMembers, member: 'b' }),
    ];
    const queries = consumers.map((consumer) => consumer.startQuery());
    await expect.poll(() => queries.map((query) => query.status().partitions.length)).toEqual([2, 2]);
    consumers[0]?.addTickets(100);
    for (const partition of [0, 1, 2, 3]) consumers[0]?.addRaw(partition, null);
    await expect
      .poll(() => queries.flatMap((query) => query.status().partitions.map(({ totals }) => totals.rows)))
      .toEqual([25, 25, 25, 25]);

    for (const { get } of consumers) {
      // Once all is counted of both: the dead letters may be in batches of their own.
      await expect
        .poll(async () => (await get('/api/v1/figures')).body)
        .toMatchObject({ rows: 100, deadLetters: 4, storedDeadLetters: 4, lag: 0 });
      const { items } = (await get('/api/v1/partitions')).body as Rows;
      expect(items.map(({ rows }) => rows)).toEqual([25, 25, 25, 25]);
      expect(items.filter(({ mine }) => mine)).toHaveLength(2);
      expect(items.map(({ owner }) => owner)).toEqual(['a', 'b', 'a', 'b']);
      expect(items.map(({ lag }) => lag)).toEqual([0, 0, 0, 0]);
      const { body } = await get('/api/v1/batches?limit=200');
      const { items: batches } = body as {
        items: { rows: number; parts: object[]; durationMs: object | null }[];
      };
      expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(100);
      expect(batches.some(({ durationMs }) => durationMs === null)).toBe(true);
      expect(batches.some(({ durationMs }) => durationMs !== null)).toBe(true);
      expect((await get('/api/v1/counts')).body).toMatchObject({ total: 100 });
      expect((await get('/api/v1/dead-letters')).body).toMatchObject({ items: { length: 4 } });
    }
    await Promise.all(queries.map((query) => query.stop({ budgetMs: 1_000 })));
  });

  it('the page of a paused consumer shows its lag grow', async () => {
    const pipeline = createUiPipeline({ trigger: { kind: 'interval', everyMs: 5 } });
    const query = pipeline.startQuery();
    pipeline.addTickets(30);
    await query.processAllAvailable();
    query.pause();
    await expect.poll(() => query.status().state).toBe('paused');
    pipeline.addTickets(30);
    const lagOf = async (path: string) => ((await pipeline.get(path)).body as { lag: number }).lag;
    await expect.poll(() => lagOf('/api/v1/figures')).toBe(30);
    expect((await pipeline.get('/api/v1/partitions')).body).toMatchObject({
      items: [{ lag: 10 }, { lag: 10 }, { lag: 10 }],
    });
    query.resume();
    await expect.poll(() => lagOf('/api/v1/figures')).toBe(0);
    await query.stop({ budgetMs: 1_000 });
  });

  it('a page that comes after a restart still shows the batches from before', async () => {
    const before = createUiPipeline();
    before.addTickets(120);
    await before.startQuery().finished;
    const { log, results, checkpoints } = before;
    const after = createUiPipeline({ log, results, checkpoints });
    await after.startQuery().finished;
    const { body } = await after.get('/api/v1/batches?limit=200');
    expect(body).toMatchObject({ items: [{ batchId: 2, durationMs: null }, { batchId: 1 }, { batchId: 0 }] });
    expect((await after.get('/api/v1/counts')).body).toMatchObject({ total: 120 });
  });
});
