import { expect, test } from 'vitest';
import { driftOf, sumObjects, type SoakRow } from '../src/soak/soak-rows.ts';

const row = (more: Partial<SoakRow>): SoakRow => ({
  fromMinute: 0,
  toMinute: 5,
  secondsToFirstBatch: 1,
  batches: 300,
  rows: 300_000,
  p50: 10,
  p99: 20,
  residentBytes: 1e8,
  checkpointBytes: 1e5,
  files: 30,
  fileBytes: 1e6,
  tableLogFiles: 15,
  tableLogBytes: 1e4,
  ...more,
});

test('files with rows are told from the log of the table, and other objects are neither', () => {
  const sizes = {
    'tickets/partition=0/00000000000000000000-00000000000000000009.parquet': 5,
    'tickets_json/partition=0/00000000000000000000-00000000000000000009.json': 7,
    'tickets/_delta_log/00000000000000000000.json': 11,
    'ticket_counts/_counts.json': 13,
  };
  const objects = Object.entries(sizes).map(([key, size]) => ({ key, size }));
  expect(sumObjects(objects)).toEqual({ files: 2, fileBytes: 12, tableLogFiles: 1, tableLogBytes: 11 });
});

test('drift is the last life beside the second', () => {
  const last = row({ p50: 15, residentBytes: 2e8, checkpointBytes: 1e5 });
  expect(driftOf([row({ p50: 99 }), row({}), last])).toEqual({ batchTime: 1.5, memory: 2, checkpoint: 1 });
});

test.each([
  ['two lives', [row({}), row({})]],
  ['a second life without a batch', [row({}), row({ batches: 0 }), row({})]],
])('there is no drift to tell of %s', (_, rows) => {
  expect(driftOf(rows)).toBeUndefined();
});
