import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countTickets,
  emptyCounts,
  mergeCounts,
  parseCounts,
  PRIORITIES,
  TICKET_TYPES,
} from '@client-tickets/tickets';

const kind = fc.record({ type: fc.constantFrom(...TICKET_TYPES), priority: fc.constantFrom(...PRIORITIES) });
const kinds = fc.array(kind, { maxLength: 30 });
const counts = kinds.map(countTickets);

const three = countTickets([
  { type: 'BILLING', priority: 'LOW' },
  { type: 'BILLING', priority: 'HIGH' },
  { type: 'GENERAL', priority: 'LOW' },
]);

describe('counts', () => {
  test('say how many tickets there are of each type, team and priority', () => {
    expect(three).toEqual({
      ticketCountByType: { TECHNICAL: 0, BILLING: 2, ACCOUNT: 0, GENERAL: 1 },
      ticketCountByTeam: {
        'Tech Support': 0,
        'Billing Team': 2,
        'Account Management': 0,
        'General Support': 1,
      },
      ticketCountByPriority: { LOW: 2, MEDIUM: 0, HIGH: 1 },
    });
  });

  test('of two heaps are the counts of both together', () => {
    fc.assert(
      fc.property(kinds, kinds, (a, b) => {
        expect(mergeCounts(countTickets(a), countTickets(b))).toEqual(countTickets([...a, ...b]));
      }),
    );
  });

  test('add up in any order and any grouping, to the same bytes', () => {
    const text = JSON.stringify;
    fc.assert(
      fc.property(counts, counts, counts, (a, b, c) => {
        expect(text(mergeCounts(a, b))).toBe(text(mergeCounts(b, a)));
        expect(text(mergeCounts(mergeCounts(a, b), c))).toBe(text(mergeCounts(a, mergeCounts(b, c))));
        expect(text(mergeCounts(a, emptyCounts))).toBe(text(a));
      }),
    );
  });
});

describe('counts read from JSON', () => {
  test('are what was written', () => {
    fc.assert(
      fc.property(counts, (counts) => {
        expect(parseCounts(JSON.parse(JSON.stringify(counts)))).toEqual(counts);
      }),
    );
  });

  test.each([
    ['nothing', null, /not ticket counts/],
    ['a type that is missing', { ...three, ticketCountByType: { BILLING: 3 } }, /TECHNICAL/],
    ['a priority that nobody knows', { ...three, ticketCountByPriority: { URGENT: 3 } }, /URGENT/],
    [
      'a count below zero',
      { ...three, ticketCountByPriority: { LOW: -1, MEDIUM: 0, HIGH: 4 } },
      /ticketCountByPriority\.LOW/,
    ],
    [
      'a fraction',
      { ...three, ticketCountByPriority: { LOW: 1.5, MEDIUM: 0.5, HIGH: 1 } },
      /ticketCountByPriority\.LOW/,
    ],
    [
      'teams that do not fit the types',
      { ...three, ticketCountByTeam: { ...three.ticketCountByTeam, 'Tech Support': 1 } },
      /ticketCountByTeam does not follow/,
    ],
    [
      'priorities that add up to something else',
      { ...three, ticketCountByPriority: { LOW: 1, MEDIUM: 0, HIGH: 1 } },
      /3 by type, but 2 by priority/,
    ],
  ])('are refused for %s', (_case, value, message) => {
    expect(() => parseCounts(value)).toThrow(message);
  });
});
