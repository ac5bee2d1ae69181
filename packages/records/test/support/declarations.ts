import {
  boolean,
  by,
  defineQuery,
  defineRecord,
  integer,
  lookup,
  nullable,
  number,
  oneOf,
  text,
  timestamp,
} from '@client-tickets/records';

export const ticketQuery = defineQuery({
  table: 'tickets',
  record: defineRecord('ticket', {
    ticket_id: text(),
    client_id: text(),
    created_at: timestamp(),
    request: text(),
    type: oneOf('TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL'),
    priority: oneOf('LOW', 'MEDIUM', 'HIGH'),
  }),
  derive: {
    support_team: lookup('type', {
      TECHNICAL: 'Tech Support',
      BILLING: 'Billing Team',
      ACCOUNT: 'Account Management',
      GENERAL: 'General Support',
    }),
  },
  counts: {
    ticket_counts: by('type'),
    ticket_counts_by_team: by('support_team'),
    ticket_counts_by_priority: by('priority'),
  },
});

/** A field of every kind, each once required and once nullable. */
export const everythingQuery = defineQuery({
  table: 'things',
  record: defineRecord('thing', {
    count: integer(),
    thing_id: text(),
    code: text({ pattern: /^X-\d{1,4}$/ }),
    weight: number(),
    note: nullable(text({ length: { min: 0, max: 20 } })),
    is_open: boolean(),
    at: timestamp(),
    kind: nullable(oneOf('A', 'B"C', 'Été')),
    level: nullable(integer({ min: -5, max: 100 })),
    size: oneOf('S', 'M'),
    price: nullable(number({ min: 0 })),
    is_paid: nullable(boolean()),
    closed_at: nullable(timestamp()),
  }),
  derive: { kind_name: lookup('kind', { A: 'one', 'B"C': 'two', Été: 'one' }) },
  counts: { thing_counts: by('size') },
});
