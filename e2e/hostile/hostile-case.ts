import { createTicketGenerator, type Ticket } from '@client-tickets/tickets';

/** One message that should never have been sent, or looks like it, and what has to become of it. */
export interface HostileCase {
  readonly name: string;
  /** `null`: a tombstone. */
  readonly value: Uint8Array | null;
  /** Decided here by hand, so that the deciders are held to something that is not their own. */
  readonly becomes: 'ticket' | 'dead letter';
}

/** Whatever a ticket has, and a request that is easy to see among others. */
export const ticket: Ticket = {
  ...createTicketGenerator({ seed: 1, startTime: new Date('2026-11-22T09:30:00.000Z') }).next(),
  client_id: 'CL-417',
  request: 'Problème de connexion',
};
export type Field = keyof Ticket;

/** As `encodeTicket` writes it. */
export const ticketJson = JSON.stringify(ticket);

/** The ticket with the JSON text of one field replaced. */
export function withField(field: Field, json: string): string {
  return ticketJson.replace(
    `"${field}":${JSON.stringify(ticket[field])}`,
    () => `${JSON.stringify(field)}:${json}`,
  );
}

/** The ticket with more members before its own. */
export function withMembers(members: string): string {
  return ticketJson.replace('{', () => `{${members},`);
}

export function isTicket(name: string, text: string): HostileCase {
  return { name, value: Buffer.from(text), becomes: 'ticket' };
}

export function isDead(name: string, value: string | Uint8Array | null): HostileCase {
  return { name, value: typeof value === 'string' ? Buffer.from(value) : value, becomes: 'dead letter' };
}
