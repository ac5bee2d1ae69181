import type { FilesStart } from '@client-tickets/micro-batch';
import { RecordReader } from '@client-tickets/records';
import { createQueryHandler } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { expect, test, vi } from 'vitest';
import { generateTickets, topic, toTicketBatch } from './records.ts';

const tickets = generateTickets(600);

/** What is written there, by key, once `opened` resolves. */
function uploadsInto(
  files: Map<string, Buffer>,
  opened: Promise<void> = Promise.resolve(),
): FilesStart['beginUpload'] {
  return () => {
    const pieces: Buffer[] = [];
    return {
      write: async (bytes) => void pieces.push(Buffer.from(bytes)),
      complete: async (key) => {
        await opened;
        files.set(key, Buffer.concat(pieces));
      },
      abort: async () => {},
    };
  };
}

test('files that begin while those before them are sent take no further row group, and all are what they are alone', async () => {
  const batches = [0, 200, 400].map((from) =>
    toTicketBatch(tickets.slice(from, from + 200), 1, BigInt(from)),
  );
  const createHandler = () => createQueryHandler(ticketQuery, { formats: ['json', 'parquet'] });
  const alone = new Map<string, Buffer>();
  for (const batch of batches) {
    const handler = createHandler();
    const { initialState: state } = handler;
    const open = handler.openFiles({ ...batch, beginUpload: uploadsInto(alone) });
    const handled = await open.add(batch, state);
    await open.finish(batch.endOffset, state, handled.state);
  }

  const createColumns = vi.spyOn(RecordReader.prototype, 'createColumns');
  const handler = createHandler();
  const inTurn = new Map<string, Buffer>();
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const finishing: Promise<unknown>[] = [];
  for (const batch of batches) {
    const open = handler.openFiles({ ...batch, topic, beginUpload: uploadsInto(inTurn, answered) });
    const handled = await open.add(batch, handler.initialState);
    finishing.push(open.finish(batch.endOffset, handler.initialState, handled.state));
  }
  expect(inTurn.size).toBe(0);
  answer();
  await Promise.all(finishing);
  expect(inTurn).toEqual(alone);
  expect(inTurn.size).toBe(6);
  expect(createColumns).toHaveBeenCalledTimes(1);
  createColumns.mockRestore();
});
