import { expect, test } from 'vitest';
import {
  createMemoryObjectStore,
  handleBatch,
  interceptStore,
  MemoryObjects,
} from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import { findMissing } from '../src/delta/missing-files.ts';
import { createQueryHandler } from '../src/index.ts';
import { generateTickets, toTicketBatch } from './records.ts';

test('how many rows a large file has is read from its end alone, and a damaged one stays without that', async () => {
  const handler = createQueryHandler(ticketQuery, { formats: ['parquet'] });
  const batch = toTicketBatch(generateTickets(20_000));
  const { files } = await handleBatch(handler, batch, handler.initialState);
  const { key = '', body = new Uint8Array() } = files.find((file) => file.key.endsWith('.parquet')) ?? {};
  expect(body.length).toBeGreaterThan(512 * 1024);
  const objects = new MemoryObjects();
  const requests: string[] = [];
  const store = interceptStore(createMemoryObjectStore('memory://results/', objects), (request, send) => {
    requests.push(request.operation);
    return send();
  });
  const find = () =>
    findMissing(store, 'tickets', 0, undefined, { endOffset: batch.endOffset, recent: [] }, new Map());

  objects.write(key, body);
  expect(await find()).toMatchObject([{ key, rows: 20_000 }]);
  expect(requests.filter((operation) => operation.startsWith('get'))).toEqual(['getPart']);
  objects.write(key, body.subarray(0, body.length - 1));
  expect(await find()).toMatchObject([{ key, rows: undefined }]);
});
