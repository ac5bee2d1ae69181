import type { MicroBatch } from '@client-tickets/micro-batch';
import { collectUploads } from '@client-tickets/micro-batch/testing';
import { createQueryHandler } from '@client-tickets/results';
import { encodeTicket, ticketQuery } from '@client-tickets/tickets';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateTickets, toBatch, topic } from './records.ts';

const handler = createQueryHandler(ticketQuery, { formats: ['json', 'parquet'], unknownFields: 'keep' });
const tickets = generateTickets(60).map((ticket) => Buffer.from(encodeTicket(ticket)));

const asIs = (ticket: Buffer): Buffer => ticket;
/** In the ways that take other paths through reader, parser, columns and dead letters. */
const spellings: readonly ((ticket: Buffer) => Buffer | null)[] = [
  asIs,
  asIs,
  (ticket) => Buffer.from(ticket.toString().replaceAll('":', '": ')),
  (ticket) => Buffer.from(ticket.toString().replace('{', '{"channel":"phone",')),
  (ticket) => Buffer.from(JSON.stringify({ ...JSON.parse(ticket.toString()), request: 'é'.repeat(300) })),
  (ticket) => Buffer.from(ticket.toString().replace('"priority":"', '"priority":"VERY_')),
  (ticket) => ticket.subarray(0, -1),
  () => null,
];

function overwrite({ records }: MicroBatch): void {
  for (const { block } of records.pieces) block.bytes.fill(0xdb);
}

/** What becomes of these values, a batch for each list of them. */
async function resultsOf(
  batches: readonly (readonly (Buffer | null)[])[],
  after: (batch: MicroBatch) => void,
) {
  const { beginUpload, files } = collectUploads();
  const open = handler.openFiles({ topic, partition: 1, startOffset: 0n, beginUpload });
  let { initialState: state } = handler;
  let endOffset = 0n;
  const observations = [];
  for (const values of batches) {
    const batch = toBatch(values, 1, endOffset);
    ({ endOffset } = batch);
    const handled = await open.add(batch, state);
    ({ state } = handled);
    observations.push(handled.observations);
    after(batch);
  }
  const finished = await open.finish(endOffset, handler.initialState, state);
  return { files, state, observations, finished };
}

test('files and counts are the same where memory of records is used again once they were added', async () => {
  const values = fc.array(
    fc.tuple(fc.integer({ min: 0, max: tickets.length - 1 }), fc.constantFrom(...spellings)),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 4 }), async (lists) => {
      const batches = lists.map((list) => list.map(([index, spell]) => spell(tickets[index] ?? Buffer.of())));
      const kept = await resultsOf(batches, () => {});
      expect(await resultsOf(batches, overwrite)).toEqual(kept);
      expect(kept.files.size).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});
