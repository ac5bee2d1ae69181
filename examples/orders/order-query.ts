import {
  by,
  defineQuery,
  defineRecord,
  lookup,
  nullable,
  number,
  oneOf,
  text,
  timestamp,
} from '@client-tickets/records';

export const orderQuery = defineQuery({
  table: 'orders',
  record: defineRecord('order', {
    order_id: text(),
    amount: number({ min: 0 }),
    currency: oneOf('EUR', 'USD', 'GBP'),
    placed_at: timestamp(),
    note: nullable(text()),
  }),
  derive: { region: lookup('currency', { EUR: 'Europe', GBP: 'Europe', USD: 'America' }) },
  counts: { order_counts: by('currency'), order_counts_by_region: by('region') },
});
