import { by, defineQuery, defineRecord, nullable, number, oneOf, text } from '@client-tickets/records';
import { expect, it } from 'vitest';
import { createUiPipeline } from './ui-pipeline.ts';

const orders = defineQuery({
  table: 'orders',
  record: defineRecord('order', {
    order_id: text(),
    amount: number(),
    currency: oneOf('EUR', 'USD'),
    note: nullable(text()),
  }),
  derive: {},
  counts: { order_counts: by('currency') },
});

it('another query than that of tickets is shown by its own names, with its own counts and rows', async () => {
  const pipeline = createUiPipeline({ query: orders });
  pipeline.addRaw(0, '{"order_id":"A-1","amount":0.5,"currency":"EUR"}');
  pipeline.addRaw(0, '{"order_id":"A-2","amount":2,"currency":"EUR","note":"by bike"}');
  pipeline.addRaw(0, '{"order_id":"A-3","amount":2,"currency":"CHF"}');
  await pipeline.startQuery().finished;

  const bodyOf = async (path: string): Promise<unknown> => (await pipeline.get(`/api/v1/${path}`)).body;
  expect(await bodyOf('status')).toMatchObject({ records: { singular: 'order', plural: 'orders' } });
  expect(await bodyOf('figures')).toMatchObject({ rows: 2, deadLetters: 1 });
  expect(await bodyOf('counts')).toMatchObject({
    total: 2,
    tables: [
      {
        name: 'order_counts',
        column: 'currency',
        kinds: [
          { name: 'EUR', count: 2 },
          { name: 'USD', count: 0 },
        ],
      },
    ],
  });
  expect(await bodyOf('partitions/0/batches/0')).toMatchObject({
    records: [{ after: { order_id: 'A-1', amount: 0.5 } }, { before: { note: 'by bike' } }],
    rejected: [{ reason: 'currency: expected one of EUR, USD, found "CHF"' }],
  });
  const metrics = await (await pipeline.ask('/metrics')).text();
  expect(metrics).toContain('client_tickets_rows_total{currency="EUR"} 2\n');
});
