import { createTicketGenerator, encodeTicket, type TicketType } from '@client-tickets/tickets';
import type { Workload } from './workload.ts';

export interface BenchMessage {
  readonly key: string;
  readonly value: Uint8Array;
}

/** How many tickets of each type there must be in everybody's results. */
export type ExpectedCounts = Readonly<Record<TicketType, number>>;

/**
 * Short ones, always the same: what a million tickets of our own form cost stays comparable with what they cost before requests
 * became sentences. The workloads that Python writes have sentences.
 */
const REQUESTS: Readonly<Record<TicketType, string>> = {
  TECHNICAL: 'Problème de connexion',
  BILLING: 'Erreur de facturation',
  ACCOUNT: 'Demande de changement de compte',
  GENERAL: 'Question générale',
};
const SEED = 1;
const START_TIME = new Date('2026-01-01T00:00:00.000Z');

/**
 * The messages of a workload, always the same ones. Malformed ones come at even distances, and are of two kinds that a
 * schema alone finds out, because that is all that the peers check: no JSON, and an unknown type.
 */
export function* benchMessages(
  { tickets, malformedPercent }: Pick<Workload, 'tickets' | 'malformedPercent'>,
  onCounted: (counts: ExpectedCounts) => void,
): Generator<BenchMessage> {
  const generator = createTicketGenerator({
    seed: SEED,
    startTime: START_TIME,
    writeRequest: (type) => REQUESTS[type],
  });
  const counts = { TECHNICAL: 0, BILLING: 0, ACCOUNT: 0, GENERAL: 0 };
  const every = malformedPercent === 0 ? Infinity : Math.round(100 / malformedPercent);
  for (let index = 0; index < tickets; index += 1) {
    const ticket = generator.next();
    if ((index + 1) % every === 0) {
      const value =
        Math.floor(index / every) % 2 === 0 ? 'no ticket' : JSON.stringify({ ...ticket, type: 'SALES' });
      yield { key: ticket.client_id, value: Buffer.from(value) };
    } else {
      counts[ticket.type] += 1;
      yield { key: ticket.client_id, value: encodeTicket(ticket) };
    }
  }
  onCounted(counts);
}
