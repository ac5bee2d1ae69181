import { expect, test } from 'vitest';
import { growthOf, growthRow, storeRequests, type GrowthRow } from '../src/growth/growth-rows.ts';

const sample = (bytes: number, requests: number, listRequests: number) => ({
  residentBytes: bytes,
  checkpointBytes: bytes / 10,
  requests,
  listRequests,
});

test('a row has the percentiles of its batches, and what was asked of the store since the row before', () => {
  const durations = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(growthRow(101, durations, sample(1, 500, 3), sample(2e8, 1_300, 4))).toEqual({
    from: 101,
    to: 200,
    p50: 50,
    p99: 99,
    residentBytes: 2e8,
    checkpointBytes: 2e7,
    requests: 800,
    listRequests: 1,
  });
});

test('growth is the last row beside the second, listings those after the start', () => {
  const row = (index: number, factor: number, listRequests: number): GrowthRow => ({
    from: index * 10 + 1,
    to: index * 10 + 10,
    p50: 10 * factor,
    p99: 20,
    residentBytes: 100 * factor,
    checkpointBytes: 50,
    requests: 80,
    listRequests,
  });
  expect(growthOf([row(0, 9, 5), row(1, 1, 0), row(2, 1.5, 0), row(3, 2, 1)])).toEqual({
    batchTime: 2,
    memory: 2,
    checkpoint: 1,
    requests: 1,
    listRequests: 1,
  });
  expect(growthOf([row(0, 1, 0), row(1, 1, 0)])).toBeUndefined();
});

test('requests are read from the metrics of the consumer, those that list apart', () => {
  const metrics = [
    '# TYPE client_tickets_object_store_requests_total counter',
    'client_tickets_object_store_requests_total{operation="put",result="ok"} 12',
    'client_tickets_object_store_requests_total{operation="list",result="ok"} 2',
    'client_tickets_object_store_request_duration_seconds_count{operation="put"} 99',
  ].join('\n');
  expect(storeRequests(metrics)).toEqual({ requests: 14, listRequests: 2 });
});
