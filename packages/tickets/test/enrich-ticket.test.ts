import { expect, test } from 'vitest';
import { createTicketGenerator, encodeTicket, enrichTicket, parseTicket } from '@client-tickets/tickets';

const ticket = createTicketGenerator({ seed: 1, startTime: new Date(0) }).next();

test.each([
  ['TECHNICAL', 'Tech Support'],
  ['BILLING', 'Billing Team'],
  ['ACCOUNT', 'Account Management'],
  ['GENERAL', 'General Support'],
] as const)('a %s ticket goes to %s', (type, team) => {
  expect(enrichTicket({ ...ticket, type })).toEqual({ ...ticket, type, support_team: team });
});

test('an encoded ticket reads back as itself', () => {
  expect(parseTicket(encodeTicket(ticket))).toEqual({ ok: true, ticket });
});
