import type { ObjectStore, StoredFiles } from '@client-tickets/micro-batch';
import { handleBatch, ManualClock, type MemoryObjects } from '@client-tickets/micro-batch/testing';
import { ticketQuery } from '@client-tickets/tickets';
import { tableColumns } from '../src/delta/table-schema.ts';
import { TableWriter } from '../src/delta/table-writer.ts';
import { createQueryHandler, rowsKey } from '../src/index.ts';
import { generateTickets, toTicketBatch, topic } from './records.ts';

/** In each range. */
export const ROWS = 3;

const handler = createQueryHandler(ticketQuery, { formats: ['parquet'] });
const tickets = generateTickets(ROWS);
const bodies = new Map<string, Uint8Array>();

/** The engine has stored a range: three tickets in a Parquet file, or none at all. */
export async function storeTickets(
  objects: MemoryObjects,
  partition: number,
  startOffset: bigint,
  hasRows = true,
): Promise<StoredFiles> {
  const at = '2026-11-22T09:30:00.000Z';
  const range = { startOffset, endOffset: startOffset + BigInt(ROWS) };
  const about = { ...range, deadLetters: 0, plannedAt: at, storedAt: at };
  if (!hasRows) return { ...about, rows: 0, files: [] };
  const key = rowsKey('tickets', 'parquet', { partition, ...range });
  const body = bodies.get(key) ?? (await encode(partition, startOffset));
  bodies.set(key, body);
  objects.write(key, body);
  return { ...about, rows: ROWS, files: [{ key, size: body.length }] };
}

async function encode(partition: number, startOffset: bigint): Promise<Uint8Array> {
  const batch = toTicketBatch(tickets, partition, startOffset);
  const [file] = (await handleBatch(handler, batch, handler.initialState)).files;
  if (file === undefined) throw new Error('no file was written');
  return file.body;
}

export function createTableWriter(results: ObjectStore, clock = new ManualClock()): TableWriter {
  return new TableWriter({
    results,
    table: 'tickets',
    topic,
    columns: tableColumns(ticketQuery, false),
    clock,
    newId: () => '11111111-2222-4333-8444-555555555555',
  });
}

export const frontierOf = (recent: readonly StoredFiles[], endOffset = recent.at(-1)?.endOffset ?? 0n) => ({
  endOffset,
  recent,
});

/** Of a version of the table. */
export function actionsOf(objects: MemoryObjects, version: number): readonly Record<string, unknown>[] {
  const text = objects.text(`tickets/_delta_log/${String(version).padStart(20, '0')}.json`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Object(JSON.parse(line)));
}
