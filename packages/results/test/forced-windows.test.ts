import { silentLogger, StreamingQuery, type Logger, type QueryProgress } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, ManualClock, MemoryLog } from '@client-tickets/micro-batch/testing';
import { by, defineQuery, defineRecord, MOST_OPEN_WINDOWS, oneOf, timestamp } from '@client-tickets/records';
import { createCountsPublisher, createQueryHandler } from '@client-tickets/results';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { topic } from './records.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00Z');

const query = defineQuery({
  table: 'tickets',
  record: defineRecord('ticket', { created_at: timestamp(), type: oneOf('BILLING') }),
  derive: {},
  counts: { ticket_counts: by('type'), ticket_counts_by_hour: by('type').perHour('created_at') },
});

test('windows that are closed because too many are open are told: in progress, status, and once a minute in the log', async () => {
  const log = new MemoryLog(topic, 1);
  const hours = MOST_OPEN_WINDOWS + 3;
  for (let hour = 0; hour < hours; hour += 1) {
    const at = START + hour * HOUR;
    const ticket = { created_at: new Date(at).toISOString(), type: 'BILLING' };
    log.append(0, Buffer.from(JSON.stringify(ticket)), { timestamp: at });
  }
  const warned: unknown[] = [];
  const logger: Logger = { ...silentLogger, warn: (given) => warned.push(given) };
  const progress: QueryProgress[] = [];
  const results = createMemoryObjectStore('memory://results/');
  const running = StreamingQuery.start({
    name: 'forced',
    source: log.createSource(),
    results,
    checkpoints: createMemoryObjectStore('memory://checkpoints/'),
    handler: createQueryHandler(query, { formats: ['json'], watermarkDelayMs: 10 * hours * HOUR }),
    publisher: createCountsPublisher({ query, store: results, topic }),
    trigger: { kind: 'availableNow' },
    maxOffsetsPerTrigger: hours - 1, // two of them are closed in the first batch, and one in the second
    clock: new ManualClock(),
    logger,
    newId: randomUUID,
    listener: { onProgress: (each) => progress.push(each) },
  });
  await running.finished;
  expect(progress.map(({ stateOperators }) => stateOperators)).toEqual([
    [{ numRowsDroppedByWatermark: 0, customMetrics: { numWindowsForced: 2 } }],
    [{ numRowsDroppedByWatermark: 0, customMetrics: { numWindowsForced: 1 } }],
  ]);
  expect(warned).toEqual([{ forced: [{ partition: 0, windows: 2 }] }]);
  expect(running.status().partitions[0]?.eventTime).toEqual({
    watermark: START + 3 * HOUR,
    openWindows: MOST_OPEN_WINDOWS,
    late: 0,
    forced: 3,
  });
});
