import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildBundles } from '../src/build-bundles.ts';
import { measureGrowth } from '../src/growth/measure-growth.ts';
import { measureLatency } from '../src/latency/measure-latency.ts';
import { findNode, type NodeRuntime } from '../src/node-runtime.ts';
import { measureProfile } from '../src/profile/measure-profile.ts';
import { missingS3 } from '../src/run-place.ts';
import { seedTopic } from '../src/seed-topic.ts';
import { measureSoak } from '../src/soak/measure-soak.ts';
import { measureCosts } from '../src/steady/measure-costs.ts';
import { measureClientTickets } from '../src/steady/measure-steady.ts';

const KAFKA_BROKERS = process.env['KAFKA_BROKERS'];
if (KAFKA_BROKERS === undefined)
  console.info('bench: KAFKA_BROKERS is not set, skipping the small forms of the other measurements');

/** That each measurement works, on real servers and as small as it can be. No time is asserted. */
describe.skipIf(KAFKA_BROKERS === undefined)('a small form of', () => {
  const brokers = (KAFKA_BROKERS ?? '').split(',');
  let home = '';
  let node: NodeRuntime = { path: '', version: '' };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bench-home-'));
    node = await findNode(home, process.execPath);
    await buildBundles(home);
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  test.for(['folder', 's3'] as const)(
    'the latency finds every ticket counted, on %s',
    async (where, { skip }) => {
      const missing = where === 's3' ? missingS3() : undefined;
      skip(missing !== undefined, missing);
      const latency = await measureLatency({
        home,
        node,
        brokers,
        where,
        ticketsPerSecond: 200,
        seconds: 1,
        warmUpSeconds: 0,
        onPhase: () => {},
      });
      expect(latency.tickets).toBe(200);
      expect(latency.p50).toBeGreaterThan(0);
      expect(latency.p99).toBeGreaterThanOrEqual(latency.p50);
      expect(latency.max).toBeGreaterThanOrEqual(latency.p99);
    },
  );

  test('the growth has a row for each part of the batches, and lists nothing after the start', async () => {
    const workload = { name: 'growth', tickets: 2_001, maxOffsetsPerTrigger: 50, malformedPercent: 0 };
    await seedTopic(workload, { brokers, home });
    const rows = await measureGrowth({
      home,
      node,
      brokers,
      where: 'folder',
      workload,
      batches: 30,
      rowBatches: 10,
      onRow: () => {},
      onBatches: () => {},
    });
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [1, 10],
      [11, 20],
      [21, 30],
    ]);
    for (const row of rows) {
      expect(row.residentBytes).toBeGreaterThan(1e7);
      expect(row.checkpointBytes).toBeGreaterThan(100);
    }
    expect(rows.slice(1).map(({ listRequests }) => listRequests)).toEqual([0, 0]);
    expect(rows[0]?.requests).toBeGreaterThan(10);
  });

  test('the profile knows the files behind the bundle', async () => {
    // Of a size of its own, which makes it a topic of its own: other tests fill theirs at the same time.
    const workload = { name: 'profile', tickets: 1_999, maxOffsetsPerTrigger: 500, malformedPercent: 0 };
    await seedTopic(workload, { brokers, home });
    const { threads, stages } = await measureProfile({
      home,
      node,
      brokers,
      workload,
      where: 'folder',
      timeoutSeconds: 500,
    });
    expect(threads).toBeGreaterThanOrEqual(1);
    expect(Object.keys(stages)).toContain('kafkajs: fetch, decode');
    expect(Object.keys(stages)).toContain('load modules, start');
  });

  test.skipIf(missingS3() !== undefined)(
    'the long run counts every ticket once, though the consumer is killed and files are merged meanwhile',
    async () => {
      const { rows, produced, optimized, verified } = await measureSoak({
        home,
        node,
        brokers,
        minutes: 0.2,
        ticketsPerSecond: 100,
        rollover: '1 second',
        killEveryMinutes: 0.1,
        optimizeEveryMinutes: 0.05,
        drainSeconds: 120,
        onRow: async () => {},
        onPhase: () => {},
      });
      expect(verified).toEqual({ code: 0, lastLine: expect.stringMatching(/\S/) });
      expect(optimized).toBeGreaterThan(0);
      expect(rows).toHaveLength(2);
      expect(produced).toBeGreaterThan(0);
      expect(rows.at(-1)?.batches).toBeGreaterThan(0);
      expect(rows.at(-1)?.files).toBeGreaterThan(0);
    },
  );

  const steadily = () => ({
    home,
    node,
    brokers,
    endpoint: process.env['AWS_ENDPOINT_URL_S3'] ?? '',
    bucket: process.env['S3_BUCKET'] ?? '',
    minutes: 0.05,
    settleSeconds: 2,
    onPhase: () => {},
  });

  test.skipIf(missingS3() !== undefined)(
    'the steady cost counts no write of an idle consumer, and some at 1 ticket a second',
    async () => {
      const rows = await measureClientTickets(steadily());
      expect(rows.map(({ who, load }) => `${who}, ${load}`)).toEqual([
        'consumer, idle',
        'consumer, idle, one viewer of the UI',
        'consumer, 1 ticket a second',
        'producer, 1 ticket a second',
        'consumer, 1 ticket a second, one viewer of the UI',
      ]);
      const [idle, viewed, busy, , both] = rows.map(({ requests }) => requests);
      expect([idle?.['PUT'], viewed?.['PUT']]).toEqual([undefined, undefined]);
      expect(busy?.['PUT']).toBeGreaterThan(0);
      expect(both?.['PUT']).toBeGreaterThan(0);
      for (const { residentBytes } of rows) expect(residentBytes).toBeGreaterThan(1e7);
    },
  );

  test.skipIf(missingS3() !== undefined)(
    'the cost by trigger and rollover counts the requests of each consumer by itself',
    async () => {
      const rows = await measureCosts({
        ...steadily(),
        triggers: ['500 milliseconds'],
        rollovers: ['1 second', '2 seconds'],
      });
      expect(rows.map(({ settings }) => settings)).toEqual([
        { trigger: '500 milliseconds', rollover: '1 second' },
        { trigger: '500 milliseconds', rollover: '2 seconds' },
      ]);
      for (const { requests } of rows) expect(requests?.['PUT']).toBeGreaterThan(0);
    },
  );
});
