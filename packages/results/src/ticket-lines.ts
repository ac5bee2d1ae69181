import { encodeTicket, SUPPORT_TEAMS, TICKET_TYPES, type Ticket } from '@client-tickets/tickets';
import { ByteBuffer, viewOf } from './byte-buffer.ts';

const CLOSE = 1; // the brace that ends a ticket
const LINE_END = viewOf(Buffer.from('}\n'));

/**
 * The tickets of a batch as JSON lines, with the columns of the Parquet file. `created_at` has the form
 * `2026-11-22T09:30:00.000Z`, which DuckDB reads as the same timestamp; pyarrow leaves it a string. JSON's numbers have no
 * width: readers take both as 64-bit integers. A `kafka_offset` above 2^53 is written with all its digits, which
 * JavaScript's own parser would round.
 */
export class TicketLines {
  readonly #lines: ByteBuffer;
  /** What follows a ticket of each type: `,"support_team":"Tech Support","kafka_partition":0,"kafka_offset":` */
  readonly #teams: readonly DataView[];

  constructor(partition: number, memory: Buffer) {
    this.#lines = new ByteBuffer(memory);
    this.#teams = TICKET_TYPES.map((type) =>
      viewOf(
        Buffer.from(
          `,"support_team":"${SUPPORT_TEAMS[type]}","kafka_partition":${partition},"kafka_offset":`,
        ),
      ),
    );
  }

  get bytes(): Uint8Array {
    return this.#lines.bytes;
  }

  /** Where the lines lie; not the memory that they began in when that was too small. */
  get memory(): Buffer {
    return this.#lines.memory;
  }

  /** `source[start, end)`: a ticket in the form that `encodeTicket` writes. It becomes the line's beginning as it is. */
  add(source: DataView, start: number, end: number, typeIndex: number, offset: number | bigint): void {
    const lines = this.#lines;
    lines.appendPart(source, start, end - CLOSE);
    const team = this.#teams[typeIndex];
    if (team !== undefined) lines.appendPart(team, 0, team.byteLength);
    if (typeof offset === 'number') lines.appendDecimal(offset);
    else lines.append(Buffer.from(String(offset)));
    lines.appendPart(LINE_END, 0, LINE_END.byteLength);
  }

  addParsed(ticket: Ticket, offset: number | bigint): void {
    const message = encodeTicket(ticket);
    this.add(viewOf(message), 0, message.length, TICKET_TYPES.indexOf(ticket.type), offset);
  }
}
