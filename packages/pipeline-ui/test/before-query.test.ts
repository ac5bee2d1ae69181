import { ObjectStoreError, type ObjectStore, type QueryStatus } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, ManualClock } from '@client-tickets/micro-batch/testing';
import { describe, expect, it } from 'vitest';
import { createUiPipeline } from './ui-pipeline.ts';

function awayStore(location: string): ObjectStore {
  const away = (): Promise<never> =>
    Promise.reject(new ObjectStoreError('unavailable', `${location} is away`));
  return { ...createMemoryObjectStore(location), get: away };
}

describe('before there is a query', () => {
  it('is alive and says what it waits for', async () => {
    const { ui, get } = createUiPipeline();
    ui.announce('waiting for Kafka at localhost:19092');
    expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'alive' } });
    expect((await get('/api/v1/status')).body).toMatchObject({
      state: 'starting',
      message: 'waiting for Kafka at localhost:19092',
      queryId: null,
      runId: null,
      assigned: false,
    });
  });

  it('is not ready, with a reason for each check', async () => {
    const { ui, get } = createUiPipeline();
    ui.announce('waiting for Kafka');
    const { status, body } = await get('/readyz');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      ready: false,
      checks: [
        { name: 'assigned', ok: false, detail: expect.stringContaining('waiting for Kafka') as unknown },
        { name: 'checkpoint', ok: true },
        { name: 'trigger', ok: false, detail: 'waiting for Kafka' },
        { name: 'others', ok: true },
      ],
    });
  });

  it('answers every part of the API', async () => {
    const { get } = createUiPipeline();
    for (const path of [
      'status',
      'figures',
      'history',
      'progress',
      'counts',
      'partitions',
      'batches',
      'dead-letters',
    ]) {
      expect((await get(`/api/v1/${path}`)).status, path).toBe(200);
    }
    expect((await get('/api/v1/counts')).body).toMatchObject({ total: 0 });
  });

  it('says which store is away instead of hanging or failing', async () => {
    const { get } = createUiPipeline({
      results: awayStore('memory://results/'),
      checkpoints: awayStore('memory://checkpoints/'),
    });
    expect((await get('/api/v1/partitions')).body).toMatchObject({
      problem: 'memory://checkpoints/ is away',
    });
    expect(await get('/api/v1/counts')).toMatchObject({
      status: 503,
      body: { error: { code: 'unavailable', message: 'memory://results/ is away' } },
    });
    expect((await get('/readyz')).body).toMatchObject({
      checks: [{}, { name: 'checkpoint', ok: false, detail: 'memory://checkpoints/ is away' }, {}, {}],
    });
  });
});

describe('readiness of a running query', () => {
  it('ends when the last trigger is too long ago, and says so', async () => {
    const clock = new ManualClock();
    const pipeline = createUiPipeline({ clock });
    pipeline.addTickets(3);
    const query = pipeline.startQuery();
    await query.finished;
    const now = { ...query.status(), state: 'running', lastTriggerAt: clock.now() } as const;
    pipeline.ui.attach({ status: () => now, pause: () => undefined, resume: () => undefined });
    expect((await pipeline.get('/readyz')).status).toBe(200);
    clock.advance(30_000);
    expect((await pipeline.get('/readyz')).status).toBe(200);
    clock.advance(1);
    const late = await pipeline.get('/readyz');
    expect(late.status).toBe(503);
    expect(late.body).toMatchObject({
      checks: [
        {},
        {},
        { name: 'trigger', ok: false, detail: expect.stringContaining('30 s ago') as unknown },
        {},
      ],
    });
  });

  it('does not hold while the query is paused, failed or stopped', async () => {
    const pipeline = createUiPipeline();
    pipeline.addTickets(3);
    await pipeline.startQuery().finished;
    expect((await pipeline.get('/readyz')).body).toMatchObject({
      ready: false,
      checks: [{}, {}, { detail: 'stopped: the query has ended' }, {}],
    });
  });

  it('ends when records wait in a partition without a reader, and says which and who has it', async () => {
    const pipeline = createUiPipeline({ partitions: 2 });
    const query = pipeline.startQuery();
    await query.finished;
    const standing = { partition: 1, offset: 3n, target: 5n };
    const look = async (...unread: QueryStatus['unread']) => {
      const now = { ...query.status(), state: 'running', unread } as const;
      pipeline.ui.attach({ status: () => now, pause: () => undefined, resume: () => undefined });
      return {
        readiness: (await pipeline.get('/readyz')).body,
        status: (await pipeline.get('/api/v1/status')).body,
      };
    };
    const message = (owner: string): string => `partition 1 at offset 3 of 5 (${owner})`;
    for (const [owner, shown] of [
      [null, 'no consumer reads it'],
      ['console-1', 'the group has given it to console-1'],
      [undefined, 'no owner is known'],
    ] as const) {
      const { readiness, status } = await look({ ...standing, owner });
      expect(readiness).toMatchObject({
        ready: false,
        checks: [{ ok: true }, { ok: true }, { ok: true }, { name: 'others', ok: false }],
      });
      expect(readiness).toMatchObject({
        checks: [{}, {}, {}, { detail: `records wait and nothing is read: ${message(shown)}` }],
      });
      expect(status).toMatchObject({ unread: [{ partition: 1, message: message(shown) }] });
    }
    const { readiness, status } = await look();
    expect(readiness).toMatchObject({ ready: true });
    expect(status).toMatchObject({ unread: [] });
  });

  it('a consumer without partitions does not claim to know who has them', async () => {
    const pipeline = createUiPipeline();
    const query = pipeline.startQuery();
    await query.finished;
    const now = { ...query.status(), partitions: [] };
    pipeline.ui.attach({ status: () => now, pause: () => undefined, resume: () => undefined });
    expect((await pipeline.get('/readyz')).body).toMatchObject({
      checks: [{ detail: 'partitions: none' }, {}, {}, {}],
    });
  });
});
