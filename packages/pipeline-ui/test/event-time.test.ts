import { createMemoryObjectStore } from '@client-tickets/micro-batch/testing';
import { encodeTicket } from '@client-tickets/tickets';
import { expect, it } from 'vitest';
import { partitionsSchema, windowsSchema } from '../src/api/index.ts';
import { createUiPipeline } from './ui-pipeline.ts';

const NINE = Date.parse('2026-11-26T09:00:00Z');
const MINUTE = 60_000;

/** A store that keeps no metadata, as a folder. */
function plainStore() {
  const store = createMemoryObjectStore('memory://results/');
  const get: typeof store.get = async (key, options) => {
    const found = await store.get(key, options);
    return found && { ...found, metadata: {} };
  };
  return { ...store, get };
}

it('tells of each partition where its watermark is, which windows are open and how many tickets were late, whatever the store keeps', async () => {
  const pipeline = createUiPipeline({ partitions: 2, results: plainStore() });
  // The one of seven minutes past nine comes when nine is closed: the watermark is ten minutes behind.
  for (const minute of [5, 75, 7, 130]) {
    const at = NINE + minute * MINUTE;
    const ticket = pipeline.tickets.next(new Date(at));
    pipeline.log.append(0, encodeTicket(ticket), { timestamp: at });
  }
  await pipeline.startQuery().finished;
  const metrics = await (await pipeline.ask('/metrics')).text();
  const watermark = NINE + 120 * MINUTE;
  expect(metrics.split('\n')).toEqual(
    expect.arrayContaining([
      `client_tickets_watermark_timestamp_seconds{partition="0"} ${watermark / 1_000}`,
      'client_tickets_open_windows{partition="0"} 1',
      'client_tickets_late_records_total 1',
      'client_tickets_forced_windows_total 0',
    ]),
  );
  const own = partitionsSchema.parse((await pipeline.get('/api/v1/partitions')).body);
  const eventTime = { watermark: new Date(watermark).toISOString(), openWindows: 1, late: 1, forced: 0 };
  expect(own.items[0]?.eventTime).toEqual(eventTime);
  const { tables } = windowsSchema.parse((await pipeline.get('/api/v1/windows')).body);
  expect(tables.map(({ late }) => late)).toEqual([1]);

  // Another consumer reads it from the checkpoint.
  const { log, results, checkpoints } = pipeline;
  const other = createUiPipeline({ log, results, checkpoints });
  const seen = partitionsSchema.parse((await other.get('/api/v1/partitions')).body);
  expect(seen.items[0]).toMatchObject({ mine: false, eventTime });
});
