import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createKafkaProducer, type KafkaProducer } from '@client-tickets/kafka';
import { silentLogger, systemClock as clock } from '@client-tickets/micro-batch';
import { createRandom, type Random } from '@client-tickets/micro-batch/testing';
import { createTicketGenerator, encodeTicket, type Ticket } from '@client-tickets/tickets';

const PIECE_EVERY_MS = 60;
/** In the past, as a ticket from the future would move no watermark. */
const START_TIME = Date.parse('2025-11-22T09:30:00Z');
/** Between two tickets, so that some days of them become final while they flow. */
const APART_MS = 8 * 60_000;
/** Of so many tickets the time is up to so much earlier, which is too late for their hour, or is not. */
const LATE = { share: 0.03, upToMs: 3 * 3_600_000 };

/** Tickets on their way into a topic. */
export interface TicketFlow {
  /** Ids that were handed to a producer. */
  readonly sent: ReadonlySet<string>;
  /** Ids of which the brokers have acknowledged a record. */
  readonly acknowledged: ReadonlySet<string>;
  /** Records that were acknowledged; more than tickets when some are sent again. */
  records(): number;
  /** Nothing is sent until `goOn`. Resolves when nothing is under way. */
  hold(): Promise<void>;
  /** With new producers: those that were there may know partitions that are gone. */
  goOn(): void;
  /** Resolves when everything was sent, with what was not acknowledged. */
  readonly done: Promise<readonly string[]>;
}

/**
 * Lets `tickets` flow into the topic over `flowMs`. With `repeats` some pieces are sent again by another producer, later. With
 * `ticketBytes` their requests are followed by so many characters that no format makes much smaller.
 */
export function startTicketFlow(options: {
  readonly topic: string;
  readonly brokers: readonly string[];
  readonly tickets: number;
  readonly flowMs: number;
  readonly repeats: number;
  readonly ticketBytes: number;
  readonly seed: number;
  readonly random: Random;
}): TicketFlow {
  const { topic, brokers, tickets, flowMs, repeats, ticketBytes, seed, random } = options;
  const producerOptions = { connection: { brokers: [...brokers] }, topic, logger: silentLogger, clock };
  const sent = new Set<string>();
  const acknowledged = new Set<string>();
  const failures: string[] = [];
  let records = 0;
  const underWay = new Set<Promise<void>>();
  let producers = createProducers();
  let mayGoOn = Promise.resolve();
  let goOn = (): void => {};

  function createProducers() {
    return { producer: createKafkaProducer(producerOptions), repeater: createKafkaProducer(producerOptions) };
  }

  async function closeProducers(): Promise<void> {
    await Promise.all([producers.producer.close(), producers.repeater.close()]);
  }

  async function flow(): Promise<readonly string[]> {
    const generator = createTicketGenerator({ seed, startTime: new Date(START_TIME) });
    const lateness = createRandom(seed);
    const next = (number: number): Ticket => {
      const byMs = lateness.chance(LATE.share) ? lateness.below(LATE.upToMs) : 0;
      return enlarge(generator.next(new Date(START_TIME + number * APART_MS - byMs)), ticketBytes);
    };
    const send = async (by: KafkaProducer, piece: readonly Ticket[]): Promise<void> => {
      for (const { ticket_id: id } of piece) sent.add(id);
      try {
        await by.send(piece.map((ticket) => ({ key: ticket.client_id, value: encodeTicket(ticket) })));
        for (const { ticket_id: id } of piece) acknowledged.add(id);
        records += piece.length;
      } catch (error) {
        failures.push(`${piece.length} tickets were not acknowledged: ${String(error)}`);
      }
    };
    const steps = Math.ceil(flowMs / PIECE_EVERY_MS);
    const pieces: (readonly Ticket[])[] = [];
    let count = 0;
    const begin = (sending: Promise<void>): void => {
      underWay.add(sending);
      void sending.finally(() => underWay.delete(sending));
    };
    for (let step = 1; step <= steps; step += 1) {
      await mayGoOn;
      const { producer, repeater } = producers;
      const due = Math.round((tickets * step) / steps);
      const first = count;
      const piece = Array.from({ length: due - first }, (_, index) => next(first + index));
      count = due;
      if (piece.length > 0) {
        pieces.push(piece);
        begin(send(producer, piece));
      }
      if (random.chance(repeats)) begin(send(repeater, random.pick(pieces) ?? []));
      await delay(PIECE_EVERY_MS);
    }
    await Promise.all(underWay);
    await closeProducers();
    return failures;
  }

  return {
    sent,
    acknowledged,
    records: () => records,
    hold: async () => {
      mayGoOn = new Promise((resolve) => (goOn = resolve));
      await Promise.all(underWay);
      await closeProducers();
    },
    goOn: () => {
      producers = createProducers();
      goOn();
    },
    done: flow(),
  };
}

/** Four characters of base64 for each three bytes; which ones, the ticket's id says. */
function enlarge(ticket: Ticket, byBytes: number): Ticket {
  if (byBytes === 0) return ticket;
  const outputLength = Math.ceil((byBytes * 3) / 4);
  const more = createHash('shake256', { outputLength }).update(ticket.ticket_id).digest('base64');
  return { ...ticket, request: `${ticket.request} ${more}` };
}
