import { createRequestWriter, type RequestWriter } from './requests/request-writer.ts';
import { createSeededRandom } from './seeded-random.ts';
import { PRIORITIES, TICKET_TYPES, type Priority, type Ticket, type TicketType } from './ticket.ts';
import { createWeightedChoice, type Weighted } from './weighted-choice.ts';

/** How often each comes, relative to the others: `{ LOW: 2, MEDIUM: 1, HIGH: 1 }` gives half of them LOW. */
export interface TicketProportions {
  readonly types?: Readonly<Record<TicketType, number>>;
  readonly priorities?: Readonly<Record<Priority, number>>;
}

export interface TicketGeneratorOptions {
  /** An integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** The first ticket's time. */
  readonly startTime: Date;
  /** Between two tickets, on average; each gap lies between 0 and twice as much. Default 1000. */
  readonly intervalMs?: number;
  /** Number of the first ticket, 1 or more, for a run that goes on from another one. Default 1. */
  readonly firstNumber?: number;
  /** Default: types 40 : 25 : 15 : 20 in the order of `TICKET_TYPES`, priorities 50 : 35 : 15. */
  readonly proportions?: TicketProportions;
  /** Default: French requests of this seed. */
  readonly writeRequest?: RequestWriter;
}

export interface TicketGenerator {
  /**
   * The next ticket; ids count up from `firstNumber`: TCK-00001. `createdAt` sets its time, which later tickets go on from; everything
   * else stays what it would have been.
   */
  next(createdAt?: Date): Ticket;
}

const DEFAULT_TYPES = { TECHNICAL: 40, BILLING: 25, ACCOUNT: 15, GENERAL: 20 };
const DEFAULT_PRIORITIES = { LOW: 50, MEDIUM: 35, HIGH: 15 };
const CLIENTS = 900; // CL-100 to CL-999
const EVENNESS = 10; // the busiest client writes twice as often as the eleventh, three times as often as the twenty-first

/**
 * Believable tickets: the same options give the same tickets. Only arithmetic that IEEE 754 pins down is used (no
 * logarithms, say), so they are the same on every machine. Throws a `RangeError` for options that can't be used.
 */
export function createTicketGenerator(options: TicketGeneratorOptions): TicketGenerator {
  const { seed, startTime, intervalMs = 1000, firstNumber = 1, proportions = {} } = options;
  if (!(intervalMs >= 0 && intervalMs < Infinity)) {
    throw new RangeError(`intervalMs: expected a number from 0 on, found ${intervalMs}`);
  }
  if (!(Number.isSafeInteger(firstNumber) && firstNumber >= 1)) {
    throw new RangeError(`firstNumber: expected an integer of 1 or more, found ${firstNumber}`);
  }
  const writeRequest = options.writeRequest ?? createRequestWriter('fr', seed);
  const types = proportions.types ?? DEFAULT_TYPES;
  const priorities = proportions.priorities ?? DEFAULT_PRIORITIES;
  const chooseType = createWeightedChoice(TICKET_TYPES.map((type) => [type, types[type]]));
  const choosePriority = createWeightedChoice(PRIORITIES.map((priority) => [priority, priorities[priority]]));
  const random = createSeededRandom(seed);
  const chooseClient = createWeightedChoice(weighClients(random));
  let tickets = 0;
  let time = startTime.getTime();

  return {
    next(createdAt) {
      // Always four numbers a ticket, whatever the options: a given time must not change the tickets after it.
      const type = chooseType(random());
      const priority = choosePriority(random());
      const client = chooseClient(random());
      const gap = Math.floor(random() * (2 * intervalMs + 1));
      if (createdAt !== undefined) time = createdAt.getTime();
      else if (tickets > 0) time += gap;
      tickets += 1;
      return {
        ticket_id: `TCK-${String(firstNumber + tickets - 1).padStart(5, '0')}`,
        client_id: client,
        created_at: new Date(time).toISOString(),
        request: writeRequest(type),
        type,
        priority,
      };
    },
  };
}

/** Each client once, in random order, each a little less busy than the one before. */
function weighClients(random: () => number): readonly Weighted<string>[] {
  return Array.from({ length: CLIENTS }, (_, index) => ({ name: `CL-${100 + index}`, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ name }, rank) => [name, 1 / (rank + EVENNESS)]);
}
