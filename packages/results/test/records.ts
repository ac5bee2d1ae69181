import { RecordList, type MicroBatch, type SourceRecord } from '@client-tickets/micro-batch';
import { createTicketGenerator, encodeTicket, type Ticket } from '@client-tickets/tickets';

export const topic = 'client_tickets';

const startTime = new Date('2026-11-22T09:30:00.000Z');

export function generateTickets(count: number): readonly Ticket[] {
  const generator = createTicketGenerator({ seed: 42, startTime });
  return Array.from({ length: count }, () => generator.next());
}

export function generateTicket(): Ticket {
  return createTicketGenerator({ seed: 42, startTime }).next();
}

export function toRecord(
  offset: bigint,
  value: Uint8Array | null,
  more: Partial<SourceRecord> = {},
): SourceRecord {
  return { offset, timestamp: Date.UTC(2026, 10, 22, 9, 30), key: Buffer.from('CL-417'), value, ...more };
}

/** A batch of these values at consecutive offsets. */
export function toBatch(values: readonly (Uint8Array | null)[], partition = 0, startOffset = 0n): MicroBatch {
  const records = values.map((value, index) => toRecord(startOffset + BigInt(index), value));
  return {
    topic,
    partition,
    startOffset,
    endOffset: startOffset + BigInt(values.length),
    records: RecordList.of(records),
  };
}

export function toTicketBatch(tickets: readonly Ticket[], partition = 0, startOffset = 0n): MicroBatch {
  return toBatch(tickets.map(encodeTicket), partition, startOffset);
}

export function readLines(body: Uint8Array | undefined): unknown[] {
  const lines = Buffer.from(body ?? [])
    .toString()
    .split('\n');
  return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
}
