import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ObjectStore } from '@client-tickets/micro-batch';
import type { VerifyOptions } from '../src/verify/verify-results.ts';
import type { VerifyReport } from '../src/verify/verify-report.ts';
import { readFrom } from './support/topic-sample.ts';
import { startHistory, type History } from './support/history.ts';
import { brokersOf, verify as verifyLeft } from './support/left-query.ts';

const RUNS = Number(process.env['VERIFY_RUNS'] ?? 25);

const histories = fc.record({
  seed: fc.nat(),
  records: fc.integer({ min: 1, max: 120 }),
  partitions: fc.integer({ min: 1, max: 3 }),
  formats: fc.constantFrom(['json', 'parquet'] as const, ['parquet'] as const, ['json'] as const),
  maxOffsetsPerTrigger: fc.constantFrom(1, 5, 20, 0),
  crash: fc.constantFrom(0, 0.01, 0.05),
  error: fc.constantFrom(0, 0.1),
  losses: fc.boolean(),
  // Some days of tickets, so that windows become final, are put for good and leave the state.
  apartMs: fc.constantFrom(undefined, 5 * 60_000, 2 * 3_600_000),
});

/** Whether the brokers are asked, too. */
const brokers = fc.constantFrom({}, { offsets: undefined, readRecords: undefined });

function verify(history: History, options: Partial<VerifyOptions> = {}): Promise<VerifyReport> {
  const { log, resultsStore } = history;
  const brokers = { ...brokersOf(log), readRecords: readFrom(log) };
  return verifyLeft({ ...history, resultsStore: pageByPage(resultsStore) }, { ...brokers, ...options });
}

/** Lists a few keys at a time, as S3 does, so that objects come and go meanwhile. */
function pageByPage(store: ObjectStore): ObjectStore {
  return {
    ...store,
    async *list(prefix) {
      for (let last = ''; ;) {
        const page: { key: string; size: number }[] = [];
        for await (const object of store.list(prefix))
          if (object.key > last && page.length < 3) page.push(object);
        yield* page;
        const end = page.at(-1);
        if (end === undefined) return;
        last = end.key;
        await new Promise(setImmediate);
      }
    },
  };
}

test(`what the engine leaves when it has come to its end is proven (${RUNS} histories)`, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (options) => {
      const history = startHistory(options);
      await history.end();
      const report = await verify(history);
      expect(report).toMatchObject({ ok: true, differences: [] });
      const inParts = await verify(history, { parts: { partBytes: 300 } });
      expect(inParts).toEqual(report);
      const held = report.partitions.reduce((sum, each) => sum + each.rows + each.deadLetters, 0);
      if (!options.losses) expect(held).toBe(options.records);
    }),
    { numRuns: RUNS },
  );
});

test(`what the engine leaves when it is killed is proven, but for counts that were not published yet (${RUNS} histories)`, async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 0, max: 1_500 }), async (options, steps) => {
      const history = startHistory(options);
      for (let step = 0; step < steps; step += 1) await history.step();
      history.crash();
      const { differences } = await verify(history);
      const ofEmptyLocation = differences.length === 1 && differences[0]?.code === 'query';
      if (!ofEmptyLocation) expect(differences.filter(({ code }) => code !== 'counts_behind')).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

test(`what the engine is just writing is proven (${RUNS} histories)`, async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.integer({ min: 100, max: 2_000 }),
      brokers,
      async (options, steps, asked) => {
        const history = startHistory(options);
        for (let step = 0; step < steps; step += 1) await history.step();
        const done = { value: false };
        const verifying = verify(history, { waitMs: 60_000, ...asked }).finally(() => (done.value = true));
        while (!done.value) await history.step();
        const report = await verifying;
        history.crash();
        const { differences } = report;
        const ofEmptyLocation = differences.length === 1 && differences[0]?.code === 'query';
        if (!ofEmptyLocation) expect(differences).toEqual([]);
      },
    ),
    { numRuns: RUNS },
  );
});
