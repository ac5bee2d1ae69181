import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { writeRebuilt, type RebuiltCheckpoint } from '../src/rebuild/rebuild-checkpoint.ts';
import type { QueryState } from '@client-tickets/records';
import { readPublishedCounts } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { startHistory, TOPIC, type History } from './support/history.ts';
import { rebuild, verify } from './support/left-query.ts';

const RUNS = Number(process.env['REBUILD_RUNS'] ?? 20);

const histories = fc.record({
  seed: fc.nat(),
  records: fc.integer({ min: 1, max: 80 }),
  partitions: fc.integer({ min: 1, max: 3 }),
  formats: fc.constantFrom(['json', 'parquet'] as const, ['parquet'] as const),
  maxOffsetsPerTrigger: fc.constantFrom(1, 5, 20),
  crash: fc.constantFrom(0, 0.03),
  error: fc.constantFrom(0, 0.1),
  losses: fc.constant(false),
});

function write(history: History, rebuilt: RebuiltCheckpoint): Promise<void> {
  const stores = { results: history.resultsStore, checkpoints: history.checkpointStore };
  return writeRebuilt(ticketQuery, stores, rebuilt);
}

test(
  `a query whose whole checkpoint is lost goes on as if nothing had been (${RUNS} histories)`,
  { timeout: 600_000 + RUNS * 3_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 50, max: 1_500 }), async (options, steps) => {
        const history = startHistory(options);
        for (let step = 0; step < steps; step += 1) await history.step();
        history.crash();
        if (!history.results.objects.has('_query.json')) return;
        history.checkpoints.objects.clear();

        await write(history, await rebuild(history, { handlerOptions: { formats: options.formats } }));
        const { differences } = await verify(history);
        expect(differences.filter(({ code }) => code !== 'counts_behind')).toEqual([]);

        history.revive();
        await history.end();
        const report = await verify(history);
        expect(report).toMatchObject({ ok: true, differences: [] });
        const held = report.partitions.reduce((sum, each) => sum + each.rows + each.deadLetters, 0);
        expect(held).toBe(options.records);
      }),
      { numRuns: RUNS },
    );
  },
);

/**
 * The first history from a seed on whose results show all of it: each log begins and ends with a record, as files do not show offsets before
 * and after those; and the counts say that the last files are stored, which they do only when something was counted after that.
 */
async function finished(firstSeed = 5, apartMs?: number): Promise<History> {
  for (let seed = firstSeed; seed < firstSeed + 20; seed += 1) {
    const history = startHistory({ apartMs, seed, records: 60, partitions: 2, maxOffsetsPerTrigger: 6 });
    await history.end();
    if (await showsAll(history)) return history;
  }
  throw new Error(`expected a history whose results show all of it from seed ${firstSeed} on`);
}

async function showsAll({ log, resultsStore }: History): Promise<boolean> {
  const published = await readPublishedCounts(resultsStore, ticketQuery.countsFiles);
  return log.partitions.every((partition) => {
    const { latest } = log.offsets(partition);
    const offsets = log.records(partition).map(({ offset }) => offset);
    const isStored = published.some(
      (counts) => counts.kind === 'read' && counts.storedOffsets?.get(partition) === latest,
    );
    return isStored && offsets.at(0) === 0n && offsets.at(-1) === latest - 1n;
  });
}

/** Of a frontier in JSON, what rows can tell: all but where the watermark was. */
function withoutWatermark({
  state,
  totals,
  endOffset,
}: {
  state: QueryState;
  totals: object;
  endOffset: string;
}) {
  return {
    state: { ...state, windows: { ...state.windows, watermark: expect.any(String) } },
    totals,
    endOffset,
  };
}

describe('a rebuild', () => {
  test('gives the same checkpoint, but for its history', async () => {
    const history = await finished();
    const key = `${TOPIC}/partition-1.json`;
    const before = JSON.parse(history.checkpoints.text(key));
    history.checkpoints.objects.delete(key);
    await write(history, await rebuild(history));
    const after = JSON.parse(history.checkpoints.text(key));
    expect(after.stored).toMatchObject(withoutWatermark(before.stored));
    expect(after).toMatchObject({
      query: before.query,
      firstOffset: before.firstOffset,
      recentFiles: [],
      planned: null,
    });
  });

  test.each([true, false])(
    'knows which results come from which of two logs (their end was counted: %s)',
    async (counted) => {
      const history = await finished();
      history.revive();
      for (const partition of [0, 1]) history.log.recreate(partition);
      history.add(150); // past what was read
      await history.end();
      const key = `${TOPIC}/partition-0.json`;
      const before = JSON.parse(history.checkpoints.text(key));
      expect(before.gaps).toMatchObject([{ reason: 'replaced' }]);
      history.checkpoints.objects.clear();
      if (!counted) history.results.remove(/^ticket_counts/);
      await write(history, await rebuild(history));
      const found = JSON.parse(history.checkpoints.text(key));
      expect(found.gaps).toEqual([{ ...before.gaps[0], at: found.gaps[0].at }]);
      if (counted) {
        expect(found.stored).toMatchObject(withoutWatermark(before.stored));
      }
      history.revive();
      history.add(10);
      await history.end();
      expect(await verify(history)).toMatchObject({ ok: true, differences: [] });
    },
  );

  test('puts windows together again that checkpoints have dropped, so that a day whose files are lost is there again', async () => {
    const history = await finished(5, 4 * 3_600_000);
    const days = history.results.keys(/_by_hour_final\//);
    expect(days.length).toBeGreaterThan(4);
    const lost = days.slice(0, 2).map((key) => [key, history.results.objects.get(key)?.body] as const);
    for (const [key] of lost) history.results.objects.delete(key);
    const { differences } = await verify(history);
    expect(differences.map(({ code }) => code)).toEqual(['file_missing', 'file_missing']);
    expect(differences.map(({ key }) => key)).toEqual(lost.map(([key]) => key).toSorted());
    expect(differences[0]?.message).toContain('`tickets rebuild-checkpoint`');
    history.checkpoints.objects.clear();
    await write(history, await rebuild(history));
    history.revive();
    await history.end();
    expect(await verify(history)).toMatchObject({ ok: true, differences: [] });
    for (const [key, body] of lost) expect(history.results.objects.get(key)?.body).toEqual(body);
  });

  test('is refused when nothing is lost', async () => {
    const history = await finished();
    await expect(rebuild(history)).rejects.toThrow('nothing is lost');
  });

  test('replaces nothing that came into being meanwhile', async () => {
    const history = await finished();
    const lost = history.checkpoints.objects.get(`${TOPIC}/partition-0.json`);
    history.checkpoints.objects.delete(`${TOPIC}/partition-0.json`);
    const rebuilt = await rebuild(history);
    history.checkpoints.write(`${TOPIC}/partition-0.json`, lost?.body ?? new Uint8Array());
    await expect(write(history, rebuilt)).rejects.toThrow('was not replaced');
  });

  test('is refused when the checkpoint location holds another query', async () => {
    const history = await finished();
    const other = new MemoryObjects();
    const query = history.checkpoints.text(`${TOPIC}/query.json`);
    other.write(`${TOPIC}/query.json`, query.replace(/"id": "[^"]*"/, '"id": "other"'));
    await expect(
      rebuild(history, { checkpoints: createMemoryObjectStore('memory://c/', other) }),
    ).rejects.toThrow('holds query other');
  });

  test('is refused when the results belong to another topic', async () => {
    const history = await finished();
    await expect(rebuild(history, { topic: 'other' })).rejects.toThrow(`of topic ${TOPIC}, not of other`);
    history.results.objects.delete('_query.json');
    await expect(rebuild(history)).resolves.toMatchObject({ isClaimLost: true });
  });

  test.each([
    ['_query.json', 'results'],
    [`${TOPIC}/query.json`, 'checkpoints'],
    [`${TOPIC}/partition-0.json`, 'checkpoints'],
  ] as const)('makes a damaged or lost %s again, and keeps what was damaged', async (key, where) => {
    for (const text of ['{ "version": 1, "id', undefined]) {
      const history = await finished();
      const objects = history[where];
      const before = objects.text(key);
      if (text === undefined) objects.objects.delete(key);
      else objects.write(key, text);
      await write(history, await rebuild(history));
      expect((await verify(history)).differences).toEqual([]);
      const kept = objects.objects.get(`${key}.damaged`)?.body;
      expect(kept && Buffer.from(kept).toString()).toBe(text);
      const identityOf = (document: string): unknown => (JSON.parse(document) as { id: unknown }).id;
      if (key.endsWith('query.json')) expect(identityOf(objects.text(key))).toBe(identityOf(before));
    }
  });

  test('claims no results that are not those of the checkpoint', async () => {
    const history = await finished();
    history.results.objects.delete('_query.json');
    history.results.remove(/^tickets\//);
    await expect(rebuild(history)).rejects.toThrow('is not what this checkpoint wrote: tickets/');
  });

  test('is refused, and says why, when files before the last range are not whole', async () => {
    const history = await finished();
    history.checkpoints.objects.clear();
    const [key = ''] = history.results.keys(/^tickets\/partition=0\//);
    history.results.objects.delete(key);
    await expect(rebuild(history)).rejects.toThrow(key);
  });

  test('is refused when the last range may lack a file and the log cannot give it again', async () => {
    const history = await finished();
    history.checkpoints.objects.clear();
    history.results.remove(/^ticket_counts/);
    const log = new Map(
      history.log.partitions.map((p) => [
        p,
        { ...history.log.offsets(p), earliest: history.log.offsets(p).latest },
      ]),
    );
    await expect(rebuild(history, { log })).rejects.toThrow('--assume-complete');
    const { partitions } = await rebuild(history, { log, assumeComplete: true });
    expect(partitions.map(({ planned }) => planned)).toEqual([null, null]);
  });
});
