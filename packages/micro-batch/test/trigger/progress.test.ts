import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProducedTimes } from '../../src/trigger/produced-times.ts';
import { buildProgress, type TriggerMeasures } from '../../src/trigger/progress.ts';

const GOLDEN = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/progress.json.golden'), 'utf8'),
) as Record<string, unknown>;

const measures: TriggerMeasures = {
  id: '0b8f6e0c-2b51-4d4e-9d57-6d8c5c0d1f11',
  runId: '7a0c3b1e-54a1-4c53-8a0c-94a1f0a3a4b2',
  name: 'client-tickets',
  timestamp: '2026-11-22T09:30:00.000Z',
  batchId: 12,
  topic: 'client_tickets',
  sourceDescription: 'KafkaV2[Subscribe[client_tickets]]',
  sinkDescription: 's3a://client-tickets/results/',
  sincePreviousMs: 1_000,
  durationMs: {
    triggerExecution: 250,
    latestOffset: 10,
    getBatch: 20,
    walCommit: 60,
    addBatch: 90,
    commitOffsets: 70,
  },
  partitions: [
    {
      partition: 0,
      startOffset: 600n,
      endOffset: 650n,
      latestOffset: 700n,
      rows: 45,
      deadLetters: 3,
      observations: { ticket_count_by_type: { BILLING: 20, GENERAL: 25 } },
      produced: new ProducedTimes(),
    },
    {
      partition: 2,
      startOffset: 10n,
      endOffset: 20n,
      latestOffset: 20n,
      rows: 10,
      deadLetters: 0,
      observations: { ticket_count_by_type: { BILLING: 10 } },
      produced: new ProducedTimes(),
    },
  ],
};

test('progress has the shape of the golden one', () => {
  expect(JSON.parse(JSON.stringify(buildProgress(measures)))).toEqual(GOLDEN);
});

test('event times are those of all partitions, and the watermark is the least', () => {
  const at = (hour: number): number => Date.UTC(2026, 10, 22, hour);
  const [first, second] = measures.partitions;
  if (first === undefined || second === undefined) throw new RangeError('two partitions are measured');
  const none = { count: 0, min: Infinity, max: -Infinity, sum: 0, late: 0, forced: 0 };
  const progress = buildProgress({
    ...measures,
    partitions: [
      {
        ...first,
        events: {
          count: 3,
          min: at(1),
          max: at(5),
          sum: at(1) + at(2) + at(5),
          watermark: at(4),
          late: 1,
          forced: 4,
        },
      },
      {
        ...second,
        events: { count: 1, min: at(4), max: at(4), sum: at(4), watermark: at(3), late: 2, forced: 0 },
      },
    ],
  });
  expect(progress.eventTime).toEqual({
    max: '2026-11-22T05:00:00.000Z',
    min: '2026-11-22T01:00:00.000Z',
    avg: '2026-11-22T03:00:00.000Z',
    watermark: '2026-11-22T03:00:00.000Z',
  });
  expect(progress.stateOperators).toEqual([
    { numRowsDroppedByWatermark: 3, customMetrics: { numWindowsForced: 4 } },
  ]);
  const empty = { ...measures, partitions: [{ ...first, events: { ...none, watermark: undefined } }] };
  expect(buildProgress(empty).eventTime).toEqual({});
});

// https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#monitoring-streaming-queries
test('every field is one of Spark, but for the number of dead letters', () => {
  const progress = buildProgress(measures);
  const spark = {
    progress:
      'id runId name timestamp batchId batchDuration numInputRows inputRowsPerSecond processedRowsPerSecond durationMs ' +
      'stateOperators sources sink observedMetrics',
    durationMs: 'triggerExecution latestOffset getBatch walCommit addBatch commitOffsets',
    source:
      'description startOffset endOffset latestOffset numInputRows inputRowsPerSecond processedRowsPerSecond metrics',
    metrics: 'minOffsetsBehindLatest avgOffsetsBehindLatest maxOffsetsBehindLatest',
    sink: 'description numOutputRows numDeadLetters',
  };
  const [source] = progress.sources;
  const fields = (value: object | undefined): string => Object.keys(value ?? {}).join(' ');
  expect(fields(progress)).toBe(spark.progress);
  expect(fields(progress.durationMs)).toBe(spark.durationMs);
  expect(fields(source)).toBe(spark.source);
  expect(fields(source?.metrics)).toBe(spark.metrics);
  expect(fields(progress.sink)).toBe(spark.sink);
});

const partitions = fc
  .array(
    fc.record({
      startOffset: fc.bigInt(0n, 10n ** 9n),
      length: fc.bigInt(1n, 10n ** 6n),
      ahead: fc.bigInt(-5n, 10n ** 6n), // the log may have been cut back meanwhile
      rows: fc.nat(1_000),
      deadLetters: fc.nat(1_000),
      observations: fc.dictionary(
        fc.constantFrom('x', 'y'),
        fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.nat(100)),
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ length, ahead, ...each }, partition) => {
      const endOffset = each.startOffset + length;
      const produced = new ProducedTimes();
      return { ...each, partition, endOffset, latestOffset: endOffset + ahead, produced };
    }),
  );

test('rows, dead letters, lag and observations of the partitions add up', () => {
  fc.assert(
    fc.property(partitions, (all) => {
      const progress = buildProgress({ ...measures, partitions: all });
      const rows = all.reduce((sum, each) => sum + each.rows, 0);
      const deadLetters = all.reduce((sum, each) => sum + each.deadLetters, 0);
      expect(progress.numInputRows).toBe(rows + deadLetters);
      expect(progress.sink).toMatchObject({ numOutputRows: rows, numDeadLetters: deadLetters });
      const [source] = progress.sources;
      const behind = all.map((each) => Math.max(0, Number(each.latestOffset - each.endOffset)));
      expect(Number(source?.metrics.minOffsetsBehindLatest)).toBe(Math.min(...behind));
      expect(Number(source?.metrics.maxOffsetsBehindLatest)).toBe(Math.max(...behind));
      for (const { partition, endOffset } of all)
        expect(source?.endOffset['client_tickets']?.[partition]).toBe(endOffset.toString());
      for (const name of ['x', 'y']) {
        for (const counter of ['A', 'B', 'C']) {
          const values = all.map(({ observations }) => observations[name]?.[counter]);
          const sum = values.reduce<number>((total, value) => total + (value ?? 0), 0);
          const isObserved = values.some((value) => value !== undefined);
          expect(progress.observedMetrics[name]?.[counter]).toBe(isObserved ? sum : undefined);
        }
      }
    }),
  );
});

test('rates are per second, and 0 when no time has passed', () => {
  const still = { ...measures.durationMs, triggerExecution: 0 };
  const progress = buildProgress({ ...measures, sincePreviousMs: 0, durationMs: still });
  expect(progress.inputRowsPerSecond).toBe(0);
  expect(progress.processedRowsPerSecond).toBe(0);
  expect(buildProgress(measures)).toMatchObject({ inputRowsPerSecond: 58, processedRowsPerSecond: 232 });
});
