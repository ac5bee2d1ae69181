import { describe, expect, it } from 'vitest';
import { batchDetailSchema, figuresSchema, partitionsSchema } from '../src/api/index.ts';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

const HOUR_MS = 3_600_000;
/** Files are finished by a stop alone. */
const rollover = { intervalMs: HOUR_MS, bytes: 1_000_000_000, inactivityMs: HOUR_MS };

function createFilling(shared: Parameters<typeof createUiPipeline>[0] = {}): UiPipeline {
  return createUiPipeline({
    partitions: 1,
    maxOffsetsPerTrigger: 0,
    trigger: { kind: 'interval', everyMs: 5 },
    rollover,
    ...shared,
  });
}

/** Counts tickets, a dead letter among them, that stay in an open file; `stop` finishes it. */
async function countTickets(pipeline: UiPipeline): Promise<{ readonly stop: () => Promise<void> }> {
  pipeline.addTickets(9);
  pipeline.addRaw(0, 'no ticket');
  const query = pipeline.startQuery();
  await expect.poll(() => query.status().partitions[0]?.countedOffset).toBe(10n);
  return { stop: () => query.stop({ budgetMs: 120_000 }) };
}

describe('while files are being filled', () => {
  it('partitions say what is counted, what is stored, how large the file is and when it is due', async () => {
    const pipeline = createFilling();
    const { stop } = await countTickets(pipeline);
    const { items } = partitionsSchema.parse((await pipeline.get('/api/v1/partitions')).body);
    const [partition] = items;
    expect(partition).toMatchObject({
      countedOffset: '10',
      storedOffset: '0',
      rows: 9,
      deadLetters: 1,
      lag: 0,
    });
    expect(partition?.openBytes).toBeGreaterThan(0);
    const openMs = Date.parse(partition?.openUntil ?? '') - Date.parse(partition?.openSince ?? '');
    expect(openMs).toBe(HOUR_MS);
    await stop();
    expect((await pipeline.get('/api/v1/partitions')).body).toMatchObject({
      items: [{ countedOffset: '10', storedOffset: '10', openSince: null, openUntil: null }],
    });
  });

  it('figures add up what is counted and in no file yet', async () => {
    const pipeline = createFilling();
    const { stop } = await countTickets(pipeline);
    const filling = async () => figuresSchema.parse((await pipeline.get('/api/v1/figures')).body).filling;
    const open = await filling();
    expect(open).toMatchObject({ records: 10 });
    expect((await pipeline.get('/api/v1/figures')).body).toMatchObject({
      deadLetters: 1,
      storedDeadLetters: 0,
    });
    expect(Date.parse(open?.until ?? '') - Date.parse(open?.since ?? '')).toBe(HOUR_MS);
    await stop();
    expect(await filling()).toBeNull();
    expect((await pipeline.get('/api/v1/figures')).body).toMatchObject({
      deadLetters: 1,
      storedDeadLetters: 1,
    });
  });

  it('counts are there already, and a batch says that its records are not in files yet, and when they will be', async () => {
    const pipeline = createFilling();
    const { stop } = await countTickets(pipeline);
    await expect.poll(async () => (await pipeline.get('/api/v1/counts')).body).toMatchObject({ total: 9 });
    const batch = async () =>
      batchDetailSchema.parse((await pipeline.get('/api/v1/partitions/0/batches/0')).body);
    const before = await batch();
    expect(before).toMatchObject({ stored: null, records: [], rejected: [] });
    expect(before.problem).toMatch(/being filled; they are finished at \d{4}-.*Z at the latest/);
    await stop();
    const after = await batch();
    expect(after.problem).toBeNull();
    expect(after.stored?.files).toHaveLength(3);
  });

  it('a batch shows its own records alone of a file that holds several', async () => {
    const pipeline = createFilling({ maxOffsetsPerTrigger: 5 });
    const { stop } = await countTickets(pipeline);
    await stop();
    const { stored, records, rejected } = batchDetailSchema.parse(
      (await pipeline.get('/api/v1/partitions/0/batches/1')).body,
    );
    expect(stored).toMatchObject({ startOffset: '0', endOffset: '10' });
    expect(records.map(({ offset }) => offset)).toEqual(['5', '6', '7', '8']);
    expect(rejected.map(({ offset }) => offset)).toEqual(['9']);
  });

  it('another consumer knows from the checkpoint what is counted and stored, and not when the file is due', async () => {
    const pipeline = createFilling();
    const { stop } = await countTickets(pipeline);
    const { log, checkpoints, results } = pipeline;
    const other = createFilling({ log, checkpoints, results });
    expect((await other.get('/api/v1/partitions')).body).toMatchObject({
      items: [{ mine: false, countedOffset: '10', storedOffset: '0', openBytes: null, openUntil: null }],
    });
    expect((await other.get('/api/v1/figures')).body).toMatchObject({
      filling: { records: 10, until: null },
    });
    await stop();
  });

  it('metrics tell how large the file is, and for how long the oldest record waits for it', async () => {
    const pipeline = createFilling();
    const { stop } = await countTickets(pipeline);
    const text = await (await pipeline.ask('/metrics')).text();
    expect(text).toMatch(/client_tickets_counted_offset{partition="0"} 10\n/);
    expect(text).toMatch(/client_tickets_stored_offset{partition="0"} 0\n/);
    expect(text).toMatch(/client_tickets_open_bytes{partition="0"} [1-9]/);
    expect(text).toMatch(/client_tickets_oldest_unstored_age_seconds{partition="0"} (?!0\n)/);
    expect(text).toMatch(/client_tickets_file_overdue_seconds{partition="0"} 0\n/);
    await stop();
  });
});
