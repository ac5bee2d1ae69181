import {
  PRIORITIES,
  TICKET_TYPES,
  toCounts,
  type Ticket,
  type TicketCounts,
  type TicketScanner,
} from '@client-tickets/tickets';
import { ByteBuffer } from './byte-buffer.ts';
import { TextDictionary } from './text-dictionary.ts';

const LOWEST_CLIENT = 100;
/** CL-100 to CL-999. */
export const CLIENTS = 900;
const TICKET_ID_BYTES = 12; // a guess; longer ones make the buffer grow

/**
 * The tickets of a batch as columns, which is how Parquet wants them, filled straight from messages. No object is made for a
 * ticket: a million of them would cost more than everything else that is done here.
 */
export class TicketColumns {
  length = 0;
  /** All ticket ids, one after the other; the id of row `i` ends at `ticketIdEnds[i]`. */
  readonly ticketIds: ByteBuffer;
  readonly ticketIdEnds: Int32Array;
  /** 0 for CL-100. */
  readonly clients: Uint16Array;
  /** Milliseconds since the epoch. */
  readonly createdAt: Float64Array;
  /** Numbers in `requestTexts`. */
  readonly requests: Int32Array;
  readonly requestTexts = new TextDictionary();
  /** Of `TICKET_TYPES`. */
  readonly types: Uint8Array;
  /** Of `PRIORITIES`. */
  readonly priorities: Uint8Array;
  /** Since the first offset of the batch. */
  readonly offsets: Float64Array;
  /** The request that came last with a type: mostly the next one's, too. */
  readonly #lastRequests = TICKET_TYPES.map(() => 0);

  constructor(capacity: number) {
    this.ticketIds = new ByteBuffer(capacity * TICKET_ID_BYTES);
    this.ticketIdEnds = new Int32Array(capacity);
    this.clients = new Uint16Array(capacity);
    this.createdAt = new Float64Array(capacity);
    this.requests = new Int32Array(capacity);
    this.types = new Uint8Array(capacity);
    this.priorities = new Uint8Array(capacity);
    this.offsets = new Float64Array(capacity);
  }

  /** The ticket that the scanner has just found in these bytes, of which `view` is a view. */
  addScanned(bytes: Uint8Array, view: DataView, scanned: TicketScanner, offset: number): void {
    const row = this.length;
    const { idStart, idEnd, typeIndex, requestStart, requestEnd } = scanned;
    this.ticketIds.appendPart(view, idStart, idEnd);
    this.ticketIdEnds[row] = this.ticketIds.length;
    this.clients[row] = scanned.clientNumber - LOWEST_CLIENT;
    this.createdAt[row] = scanned.createdAt;
    const guess = this.#lastRequests[typeIndex] ?? 0;
    const request = this.requestTexts.numberOf(bytes, requestStart, requestEnd, guess);
    this.#lastRequests[typeIndex] = request;
    this.requests[row] = request;
    this.types[row] = typeIndex;
    this.priorities[row] = scanned.priorityIndex;
    this.offsets[row] = offset;
    this.length += 1;
  }

  /** A ticket that was written in some other way. */
  addParsed(ticket: Ticket, offset: number): void {
    const row = this.length;
    const request = Buffer.from(ticket.request);
    this.ticketIds.append(Buffer.from(ticket.ticket_id));
    this.ticketIdEnds[row] = this.ticketIds.length;
    this.clients[row] = Number(ticket.client_id.slice('CL-'.length)) - LOWEST_CLIENT;
    this.createdAt[row] = Date.parse(ticket.created_at);
    this.requests[row] = this.requestTexts.numberOf(request, 0, request.length, 0);
    this.types[row] = TICKET_TYPES.indexOf(ticket.type);
    this.priorities[row] = PRIORITIES.indexOf(ticket.priority);
    this.offsets[row] = offset;
    this.length += 1;
  }

  counts(): TicketCounts {
    const ofType = countKinds(TICKET_TYPES, this.types, this.length);
    const ofPriority = countKinds(PRIORITIES, this.priorities, this.length);
    return toCounts(
      {
        TECHNICAL: ofType('TECHNICAL'),
        BILLING: ofType('BILLING'),
        ACCOUNT: ofType('ACCOUNT'),
        GENERAL: ofType('GENERAL'),
      },
      { LOW: ofPriority('LOW'), MEDIUM: ofPriority('MEDIUM'), HIGH: ofPriority('HIGH') },
    );
  }
}

function countKinds<Kind extends string>(
  kinds: readonly Kind[],
  values: Uint8Array,
  length: number,
): (kind: Kind) => number {
  const counted = kinds.map(() => 0);
  for (let row = 0; row < length; row += 1) {
    const kind = values[row] ?? 0;
    counted[kind] = (counted[kind] ?? 0) + 1;
  }
  return (kind) => counted[kinds.indexOf(kind)] ?? 0;
}

export function clientName(client: number): string {
  return `CL-${client + LOWEST_CLIENT}`;
}
