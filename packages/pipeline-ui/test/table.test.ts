import { silentLogger as logger, type Clock, type ObjectStore } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, ManualClock, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { keepTable } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { expect, it } from 'vitest';
import { figuresSchema, type Figures } from '../src/api/index.ts';
import { createUiPipeline } from './ui-pipeline.ts';

/** Adds the files of partitions, each up to its end. */
async function commitFiles(results: ObjectStore, clock: Clock, ends: readonly bigint[]): Promise<void> {
  const table = keepTable({
    query: ticketQuery,
    hasExtra: false,
    formats: ['parquet'],
    topic: 'client_tickets',
    results,
    clock,
    logger,
    newId: () => 'an id',
  });
  table.listener.onStatus?.({
    partitions: ends.map((storedOffset, partition) => ({ partition, storedOffset })),
  });
  await table.close({ budgetMs: 1_000 });
}

it('figures have the table: its version, files, bytes, and how many files are small; also after its log was written again', async () => {
  const objects = new MemoryObjects();
  const results = createMemoryObjectStore('memory://results/', objects);
  const clock = new ManualClock();
  const pipeline = createUiPipeline({ results, clock, partitions: 2 });
  const shown = async (): Promise<Figures['table']> => {
    clock.advance(60_000);
    return figuresSchema.parse((await pipeline.get('/api/v1/figures')).body).table;
  };
  const addToTable = async (...ends: readonly bigint[]): Promise<void> => {
    await commitFiles(results, clock, ends);
  };

  pipeline.addTickets(120);
  await pipeline.startQuery().finished;
  expect(await shown()).toBeNull();

  await addToTable(60n);
  const first = await shown();
  expect(first).toMatchObject({ version: 0, files: first?.smallFiles });
  await addToTable(60n, 60n);
  const files = [...objects.objects].filter(([key]) => key.endsWith('.parquet'));
  const whole = {
    version: 1,
    files: files.length,
    bytes: files.reduce((sum, [, { body }]) => sum + body.length, 0),
    smallFiles: files.length,
  };
  expect(files.length).toBeGreaterThan(first?.files ?? 0);
  expect(await shown()).toEqual(whole);

  objects.remove(/_delta_log/);
  expect(await shown()).toBeNull();
  await addToTable(60n, 60n);
  expect(await shown()).toEqual({ ...whole, version: 0 });
});

it('a commit of this consumer is in the figures after five seconds, one of other programs after a minute', async () => {
  const clock = new ManualClock();
  const pipeline = createUiPipeline({ clock, partitions: 2 });
  const versionAfter = async (ms: number): Promise<number | undefined> => {
    clock.advance(ms);
    return figuresSchema.parse((await pipeline.get('/api/v1/figures')).body).table?.version;
  };
  pipeline.addTickets(120);
  await pipeline.startQuery().finished;
  expect(await versionAfter(0)).toBeUndefined();
  await commitFiles(pipeline.ui.stores.results, clock, [60n]);
  expect(await versionAfter(5_000)).toBe(0);
  await commitFiles(pipeline.results, clock, [60n, 60n]);
  expect(await versionAfter(5_000)).toBe(0);
  expect(await versionAfter(55_000)).toBe(1);
});
