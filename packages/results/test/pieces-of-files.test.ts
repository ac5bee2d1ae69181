import { expect, test } from 'vitest';
import { ticketQuery } from '@client-tickets/tickets';
import { createQueryHandler } from '@client-tickets/results';
import { generateTickets, toTicketBatch } from './records.ts';

const MOST_HELD = 320 * 1024;

test('files hand over what is written while the records of a batch are read, so that memory does not grow with it', async () => {
  const handler = createQueryHandler(ticketQuery, { formats: ['json'] });
  const batch = toTicketBatch(generateTickets(5000), 0, 0n);
  const sizes: number[] = [];
  const files = handler.openFiles({
    ...batch,
    beginUpload: () => ({
      write: async (bytes) => void sizes.push(bytes.length),
      complete: async () => {},
      abort: async () => {},
    }),
  });
  const { state } = await files.add(batch, handler.initialState);
  expect(sizes.length).toBeGreaterThan(2);
  expect(Math.max(...sizes)).toBeLessThan(MOST_HELD);

  const { files: written } = await files.finish(batch.endOffset, handler.initialState, state);
  expect(written.map(({ size }) => size)).toEqual([sizes.reduce((sum, size) => sum + size, 0)]);
});
