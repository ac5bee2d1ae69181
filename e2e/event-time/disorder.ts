import { createRandom } from '@client-tickets/micro-batch/testing';
import { createTicketGenerator, type Ticket } from '@client-tickets/tickets';

/** A ticket as the topic gets it. */
export interface ArrivedTicket {
  readonly partition: number;
  /** Milliseconds since the epoch: the record's timestamp. */
  readonly arrivedAt: number;
  readonly ticket: Ticket;
}

export interface Disorder {
  readonly seed: number;
  readonly tickets: number;
  readonly partitions: number;
  /** When the first arrives, and over how long they do, evenly. */
  readonly startMs: number;
  readonly spanMs: number;
  /** Of each share of the tickets, `created_at` is so much before its arrival: anything up to `upToMs`, or exactly `byMs`. */
  readonly late: readonly { readonly share: number; readonly upToMs?: number; readonly byMs?: number }[];
  /** Gets nothing in the second half; the others take turns all the time. */
  readonly idlePartition?: number;
}

/** The same for the same seed, in the order in which they arrive. */
export function disorderedTickets(options: Disorder): readonly ArrivedTicket[] {
  const { seed, tickets, partitions, startMs, spanMs, late, idlePartition } = options;
  const random = createRandom(seed);
  const generator = createTicketGenerator({ seed: Math.abs(seed), startTime: new Date(startMs) });
  const all = Array.from({ length: partitions }, (_, index) => index);
  const others = all.filter((partition) => partition !== idlePartition);
  return Array.from({ length: tickets }, (_, index) => {
    const arrivedAt = startMs + Math.floor((index * spanMs) / tickets);
    const turns = index < tickets / 2 ? all : others;
    const partition = turns[index % turns.length] ?? 0;
    let chance = random.next();
    const lateness = late.find(({ share }) => (chance -= share) < 0);
    const byMs = lateness?.byMs ?? random.below(1 + (lateness?.upToMs ?? 0));
    return { partition, arrivedAt, ticket: generator.next(new Date(arrivedAt - byMs)) };
  });
}
