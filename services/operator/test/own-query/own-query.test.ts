import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger, StreamingQuery, systemClock, type ObjectStore } from '@client-tickets/micro-batch';
import { MemoryLog } from '@client-tickets/micro-batch/testing';
import { openObjectStore } from '@client-tickets/object-store';
import { countRows, createTimeZone, type Query } from '@client-tickets/records';
import {
  createCountsPublisher,
  createQueryHandler,
  readPublishedCounts,
  rowsPrefix,
} from '@client-tickets/results';
import { orderQuery, type OrderRow } from './order-query.ts';

const TOPIC = 'orders';

/** Some orders as three programs write them, two that are none, and what becomes of the first three. */
const MESSAGES = [
  '{"order_id":"A-1","amount":12.5,"currency":"EUR","placed_at":"2026-11-22T09:30:00.000Z","note":"by bike"}',
  '{"currency": "GBP", "placed_at": "2026-11-22 09:30:00.123456+01", "amount": 3, "order_id": "caf\\u00e9", "shop": 7}',
  '{ "order_id" : "A-3", "note" : null, "amount" : 0.10, "currency" : "USD", "placed_at" : "2026-11-22T09:30:00" }',
  '{"order_id":"A-4","amount":-1,"currency":"EUR","placed_at":"2026-11-22T09:30:00Z"}',
  '{"order_id":"A-5","amount":1,"currency":"CHF","placed_at":"2026-11-22T09:30:00Z"}',
];
const ROWS: readonly OrderRow[] = [
  row('A-1', 12.5, 'EUR', '2026-11-22T09:30:00.000Z', 'by bike', 'Europe'),
  row('café', 3, 'GBP', '2026-11-22T08:30:00.123456Z', null, 'Europe'),
  row('A-3', 0.1, 'USD', '2026-11-22T08:30:00.000Z', null, 'America'),
];

function row(
  order_id: string,
  amount: number,
  currency: OrderRow['currency'],
  placed_at: string,
  note: string | null,
  region: OrderRow['region'],
): OrderRow {
  return { order_id, amount, currency, placed_at, note, region };
}

async function openFolders(): Promise<{ readonly results: ObjectStore; readonly checkpoints: ObjectStore }> {
  const folder = await mkdtemp(join(tmpdir(), 'own-query-'));
  const results = await openObjectStore(join(folder, 'results'));
  const checkpoints = await openObjectStore(join(folder, 'checkpoints'));
  onTestFinished(async () => {
    await results.close();
    await checkpoints.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { results, checkpoints };
}

async function run(
  query: Query,
  log: MemoryLog,
  { results, checkpoints }: Awaited<ReturnType<typeof openFolders>>,
) {
  const running = StreamingQuery.start({
    name: TOPIC,
    source: log.createSource(),
    handler: createQueryHandler(query, {
      formats: ['json', 'parquet'],
      timestampZone: createTimeZone('Europe/Paris'),
    }),
    publisher: createCountsPublisher({ query, store: results, topic: TOPIC }),
    checkpoints,
    results,
    trigger: { kind: 'availableNow' },
    clock: systemClock,
    logger: silentLogger,
    newId: () => 'a-query-of-orders',
    maxOffsetsPerTrigger: 2,
  });
  await running.finished;
}

async function readRows(results: ObjectStore, table: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { key } of results.list(rowsPrefix(table, 'json'))) {
    const body = Buffer.from((await results.get(key))?.body ?? []).toString();
    rows.push(
      ...body
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    );
  }
  return rows;
}

test('another kind of record needs a declaration and nothing else', async () => {
  const stores = await openFolders();
  const log = new MemoryLog(TOPIC, 1);
  for (const message of MESSAGES) log.append(0, Buffer.from(message), { timestamp: Date.UTC(2026, 10, 22) });
  await run(orderQuery, log, stores);

  const rows = await readRows(stores.results, 'orders');
  expect(rows).toEqual(ROWS.map((each, index) => ({ ...each, kafka_partition: 0, kafka_offset: index })));
  const published = await readPublishedCounts(stores.results, orderQuery.countsFiles);
  expect(
    Object.fromEntries(published.map((each) => [each.file.name, each.kind === 'read' && each.counts])),
  ).toEqual(countRows(orderQuery, ROWS));
});

test('a query that was declared otherwise is refused with what changed, before any state is read', async () => {
  const stores = await openFolders();
  const log = new MemoryLog(TOPIC, 1);
  log.append(0, Buffer.from(MESSAGES[0] ?? ''), { timestamp: Date.UTC(2026, 10, 22) });
  await run(orderQuery, log, stores);
  const { record, derived } = orderQuery;
  const changed: Query = {
    ...orderQuery,
    record: { ...record, fields: { ...record.fields, note: { ...record.fields.note, nullable: false } } },
    derived,
  };
  await expect(run(changed, log, stores)).rejects.toThrow('What changed: note: nullable removed');
});

test('the page shows the declaration that is tested here', async () => {
  const code = await readFile(join(import.meta.dirname, 'order-query.ts'), 'utf8');
  const page = await readFile(join(import.meta.dirname, '../../../../docs/your-own-query.md'), 'utf8');
  expect(page).toContain(code.trimEnd());
  expect(code.split('\n').length).toBeLessThan(60);
});
