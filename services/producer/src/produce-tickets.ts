import type { Clock } from '@client-tickets/micro-batch';
import { encodeTicket, TICKET_TYPES, type Ticket, type TicketGenerator } from '@client-tickets/tickets';
import type { Production } from './production.ts';
import { msUntilDue, ticketsDue } from './ticket-schedule.ts';
import type { TicketMessage, TicketSink } from './ticket-sink.ts';

export interface ProduceOptions {
  readonly generator: TicketGenerator;
  readonly send: TicketSink;
  readonly clock: Clock;
  /** How many tickets; 0: until `signal` aborts. */
  readonly count: number;
  /** May have a fraction; 0: as fast as they are acknowledged. */
  readonly ticketsPerSecond: number;
  /** Ends the run once what is under way has been acknowledged. */
  readonly signal: AbortSignal;
  /** After each acknowledgement. */
  readonly onProgress?: (production: Production) => void;
  /** Before tickets that were not acknowledged are sent again. */
  readonly onRetry?: (error: unknown, retry: { readonly tickets: number; readonly pauseMs: number }) => void;
  /** Whether sending again may help. Default: always. */
  readonly isWorthRetrying?: (error: unknown) => boolean;
}

/** The next ones are made once these are acknowledged, which brokers take some 50 ms for: a producer of a high rate needs more at once. */
const MAX_TICKETS_AT_ONCE = 1_000;
const MAX_MS_AT_ONCE = 100;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Makes tickets at a steady rate and sends them, in order. A ticket that is not acknowledged is sent again and none is
 * skipped, so a ticket may be stored twice but is never missing. Rejects with the last error when sending again cannot
 * help, or when tickets are still not acknowledged after `signal` has aborted.
 */
export async function produceTickets(options: ProduceOptions): Promise<Production> {
  const { generator, clock, count, ticketsPerSecond, signal } = options;
  const wanted = count === 0 ? Infinity : count;
  const most = Math.max(MAX_TICKETS_AT_ONCE, Math.floor((ticketsPerSecond * MAX_MS_AT_ONCE) / 1_000));
  const startedAt = clock.monotonic();
  const elapsedMs = (): number => clock.monotonic() - startedAt;
  const ticketsByType = new Map<string, number>(TICKET_TYPES.map((type) => [type, 0]));
  let sent = 0;
  const production = (): Production => ({
    tickets: sent,
    ticketsByType: Object.fromEntries(ticketsByType),
    seconds: elapsedMs() / 1_000,
  });

  while (sent < wanted && !signal.aborted) {
    const due = Math.min(ticketsDue(ticketsPerSecond, elapsedMs()), wanted) - sent;
    if (due <= 0) {
      await clock.sleep(msUntilDue(ticketsPerSecond, elapsedMs(), sent), signal);
      continue;
    }
    const tickets = Array.from({ length: Math.min(due, most) }, () => generator.next(new Date(clock.now())));
    await sendUntilAcknowledged(tickets.map(toMessage), options);
    sent += tickets.length;
    for (const { type } of tickets) ticketsByType.set(type, (ticketsByType.get(type) ?? 0) + 1);
    options.onProgress?.(production());
  }
  return production();
}

function toMessage(ticket: Ticket): TicketMessage {
  return { key: ticket.client_id, value: encodeTicket(ticket), timestamp: Date.parse(ticket.created_at) };
}

async function sendUntilAcknowledged(
  messages: readonly TicketMessage[],
  options: ProduceOptions,
): Promise<void> {
  const { send, clock, signal, onRetry, isWorthRetrying = () => true } = options;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await send(messages);
      return;
    } catch (error) {
      if (signal.aborted || !isWorthRetrying(error)) throw unacknowledged(messages.length, error);
      onRetry?.(error, { tickets: messages.length, pauseMs });
      // An abort ends the pause: one last attempt follows at once.
      await clock.sleep(pauseMs, signal);
    }
  }
}

function unacknowledged(tickets: number, cause: unknown): Error {
  return new Error(
    `the brokers did not acknowledge the last ${tickets} of the tickets; they may be stored or not`,
    { cause },
  );
}
