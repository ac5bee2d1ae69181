import type { Ticket } from './ticket.ts';

const utf8 = new TextEncoder();

/** A ticket as a message carries it: JSON in UTF-8. `parseTicket` reads it back. */
export function encodeTicket(ticket: Ticket): Uint8Array {
  return utf8.encode(JSON.stringify(ticket));
}
