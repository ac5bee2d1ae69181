import * as fc from 'fast-check';
import { countRows, emptyCounts, mergeCounts, parseCounts } from '@client-tickets/records';
import { expect, test } from 'vitest';
import { ticketQuery } from '../support/declarations.ts';

const TEAMS = ticketQuery.derive.support_team.values;
const rows = fc.array(
  fc
    .record({
      type: fc.constantFrom('TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL'),
      priority: fc.constantFrom('LOW', 'MEDIUM', 'HIGH'),
    })
    .map((row) => ({ ...row, support_team: TEAMS[row.type] })),
  { maxLength: 30 },
);
const count = (counted: Iterable<Readonly<Record<string, unknown>>>) => countRows(ticketQuery, counted);

test('counts of parts add up to those of the whole, in any order', () => {
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      expect(mergeCounts(count(a), count(b))).toEqual(count([...a, ...b]));
      expect(mergeCounts(count(b), count(a))).toEqual(mergeCounts(count(a), count(b)));
      expect(mergeCounts(emptyCounts(ticketQuery), count(a))).toEqual(count(a));
    }),
  );
});

test('counts are read back from JSON as they were', () => {
  fc.assert(
    fc.property(rows, (counted) => {
      const counts = count(counted);
      expect(parseCounts(ticketQuery, JSON.parse(JSON.stringify(counts)))).toEqual(counts);
    }),
  );
});

const some = count([
  { type: 'BILLING', priority: 'LOW', support_team: TEAMS.BILLING },
  { type: 'GENERAL', priority: 'LOW', support_team: TEAMS.GENERAL },
]);

test.each([
  ['a file is missing', { ticket_counts: some['ticket_counts'] }, 'not ticket counts:'],
  ['a file is not declared', { ...some, more: {} }, 'not ticket counts:'],
  ['a value is missing', { ...some, ticket_counts: { BILLING: 1 } }, 'not ticket counts:'],
  ['a value is not declared', { ...some, ticket_counts: { ...some['ticket_counts'], SALES: 0 } }, 'SALES'],
  [
    'a count is negative',
    { ...some, ticket_counts: { ...some['ticket_counts'], GENERAL: -1 } },
    'not ticket counts:',
  ],
  [
    'a count is no whole number',
    { ...some, ticket_counts: { ...some['ticket_counts'], GENERAL: 0.5 } },
    'not ticket counts:',
  ],
  [
    'what is looked up does not follow',
    { ...some, ticket_counts: { ...some['ticket_counts'], GENERAL: 0, ACCOUNT: 1 } },
    'ticket_counts_by_team does not follow from ticket_counts',
  ],
  [
    'the sums differ',
    { ...some, ticket_counts_by_priority: { LOW: 3, MEDIUM: 0, HIGH: 0 } },
    '2 by type, but 3 by priority',
  ],
  ['there are none', null, 'not ticket counts:'],
])('counts are refused when %s', (_when, value, message) => {
  expect(() => parseCounts(ticketQuery, value)).toThrow(message);
});
