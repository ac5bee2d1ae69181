import { expect, test } from 'vitest';
import {
  createTicketGenerator,
  encodeTicket,
  enrichTicket,
  parseTicket,
  REQUESTS,
} from '@client-tickets/tickets';

const ticket = createTicketGenerator({ seed: 1, startTime: new Date(0) }).next();

test.each([
  ['TECHNICAL', 'Tech Support', 'Problème de connexion'],
  ['BILLING', 'Billing Team', 'Erreur de facturation'],
  ['ACCOUNT', 'Account Management', 'Demande de changement de compte'],
  ['GENERAL', 'General Support', 'Question générale'],
] as const)('a %s ticket goes to %s and asks « %3$s »', (type, team, request) => {
  expect(enrichTicket({ ...ticket, type })).toEqual({ ...ticket, type, support_team: team });
  expect(REQUESTS[type]).toBe(request);
});

test('an encoded ticket reads back as itself', () => {
  expect(parseTicket(encodeTicket(ticket))).toEqual({ ok: true, ticket });
});
