import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import { readStatus } from '../src/status/read-status.ts';
import type { ObjectStore } from '@client-tickets/micro-batch';
import { checkTable, readTableLog } from '../src/verify/table-check.ts';
import { startHistory, TOPIC } from './support/history.ts';

const LOG = 'tickets/_delta_log/';

async function check(results: ObjectStore) {
  return checkTable(results, ticketQuery, await readTableLog(results, ticketQuery, TOPIC));
}

async function finished() {
  const history = startHistory({
    seed: 5,
    records: 60,
    partitions: 2,
    formats: ['parquet'],
    maxOffsetsPerTrigger: 5,
  });
  for (const versions of [1, 2]) {
    await history.finish();
    const isAdded = async (): Promise<boolean> =>
      history.results.keys(/_delta_log/).length >= versions &&
      (await check(history.resultsStore)).notes.length === 0;
    while (!(await isAdded())) for (let steps = 0; steps < 100; steps += 1) await history.step();
    if (versions === 1) history.add(10);
  }
  history.crash();
  const objects = history.results.copy();
  const results = createMemoryObjectStore('memory://results/', objects);
  return { objects, results, history, check: () => check(results) };
}

describe('the table', () => {
  test('holds what the consumers have stored, and status counts it', async () => {
    const { objects, results, history, check } = await finished();
    expect(await check()).toEqual({ differences: [], notes: [] });
    const status = await readStatus({
      declaration: ticketQuery,
      results,
      checkpoints: history.checkpointStore,
      topic: TOPIC,
      access: undefined,
    });
    const files = objects.keys(/\.parquet$/);
    const bytes = files.reduce((sum, key) => sum + objects.bytes(key).length, 0);
    expect(status?.table).toEqual({
      version: objects.keys(/_delta_log/).length - 1,
      content: { files: files.length, bytes, smallFiles: files.length },
    });
  });

  test('that lacks files which came after its last version is noted, and is no difference', async () => {
    const { objects, check } = await finished();
    const key = 'tickets/partition=0/00000000000000009000-00000000000000009004.parquet';
    objects.write(key, 'x');
    const { differences, notes } = await check();
    expect(differences).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('files that are not in the table yet: 1')]);
  });

  test('whose first versions another program has put into a checkpoint is not compared, and a note says so', async () => {
    const { objects, check } = await finished();
    objects.objects.delete(`${LOG}00000000000000000000.json`);
    objects.write(`${LOG}_last_checkpoint`, '{"version":1,"size":3}');
    const { differences, notes } = await check();
    expect(differences).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('not compared')]);
  });

  test('whose first version is gone without that is a difference', async () => {
    const { objects, check } = await finished();
    objects.objects.delete(`${LOG}00000000000000000000.json`);
    expect((await check()).differences).toMatchObject([{ code: 'table_differs' }]);
  });
});
