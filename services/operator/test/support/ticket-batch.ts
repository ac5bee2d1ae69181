import { RecordList, type MicroBatch } from '@client-tickets/micro-batch';
import { createTicketGenerator, encodeTicket } from '@client-tickets/tickets';
import { TOPIC } from './history.ts';

/** Generated tickets as one batch. Offsets of `broken` hold no ticket. */
export function ticketBatch(options: {
  readonly count: number;
  readonly partition?: number;
  readonly startOffset?: bigint;
  readonly firstNumber?: number;
  readonly broken?: readonly bigint[];
}): MicroBatch {
  const { count, partition = 0, startOffset = 0n, firstNumber = 1, broken = [] } = options;
  const generator = createTicketGenerator({
    seed: 1,
    startTime: new Date('2026-11-22T09:30:00Z'),
    firstNumber,
  });
  const records = Array.from({ length: count }, (_, index) => {
    const offset = startOffset + BigInt(index);
    const ticket = encodeTicket(generator.next());
    return { offset, timestamp: 0, key: null, value: broken.includes(offset) ? Buffer.from('{') : ticket };
  });
  const endOffset = startOffset + BigInt(count);
  return { topic: TOPIC, partition, startOffset, endOffset, records: RecordList.of(records) };
}
