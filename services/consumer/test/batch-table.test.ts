import { stripVTControlCharacters } from 'node:util';
import type { QueryProgress } from '@client-tickets/micro-batch';
import { ticketQuery } from '@client-tickets/tickets';
import { expect, test } from 'vitest';
import { batchLogFields, formatBatchTable } from '../src/batch-table.ts';

const progress: QueryProgress = {
  id: 'id',
  runId: 'run',
  name: 'client-tickets',
  timestamp: '2026-11-22T09:30:00.000Z',
  batchId: 12,
  batchDuration: 31.4,
  numInputRows: 5,
  inputRowsPerSecond: 5,
  processedRowsPerSecond: 160,
  durationMs: {
    latestOffset: 1.2,
    getBatch: 0,
    walCommit: 4.6,
    addBatch: 20,
    commitOffsets: 5,
    triggerExecution: 31.4,
  },
  stateOperators: [],
  sources: [
    {
      description: 'KafkaV2[Subscribe[client_tickets]]',
      startOffset: { client_tickets: { 0: '100', 2: '80' } },
      endOffset: { client_tickets: { 0: '102', 2: '83' } },
      latestOffset: { client_tickets: { 0: '102', 2: '90' } },
      numInputRows: 5,
      inputRowsPerSecond: 5,
      processedRowsPerSecond: 160,
      metrics: { minOffsetsBehindLatest: '0', avgOffsetsBehindLatest: '3.5', maxOffsetsBehindLatest: '7' },
    },
  ],
  sink: { description: 's3a://client-tickets/results/', numOutputRows: 4, numDeadLetters: 1 },
  observedMetrics: { ticket_counts: { TECHNICAL: 3, BILLING: 1 } },
};

test('a batch is shown as counts by type, with its offsets and the time each step took', () => {
  expect(stripVTControlCharacters(formatBatchTable(progress, ticketQuery))).toMatchInlineSnapshot(`
    "Batch 12 · 4 tickets, 1 dead letter · 31 ms
    ┌───────────┬───────┐
    │ type      │ count │
    ├───────────┼───────┤
    │ BILLING   │     1 │
    ├───────────┼───────┤
    │ TECHNICAL │     3 │
    └───────────┴───────┘
    offsets 0: 100→102  2: 80→83 · offsets 1, read 0, plan 5, write 20, commit 5 ms"
  `);
});

test('a log line holds the same', () => {
  expect(batchLogFields(progress, ticketQuery)).toEqual({
    batchId: 12,
    rows: 4,
    deadLetters: 1,
    counts: { TECHNICAL: 3, BILLING: 1 },
    offsets: '0: 100→102  2: 80→83',
    durationMs: progress.durationMs,
  });
});
