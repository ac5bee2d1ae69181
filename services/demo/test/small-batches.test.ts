import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolloverOf, rolloverSettings, startQuery } from '@client-tickets/consumer';
import { createEmbeddedSource, openLogWriter } from '@client-tickets/embedded-log';
import { silentLogger, systemClock as clock, type ObjectStore } from '@client-tickets/micro-batch';
import { createMemoryObjectStore, interceptStore } from '@client-tickets/micro-batch/testing';
import { listRanges, RESULT_FORMATS, RowColumns, readRows } from '@client-tickets/results';
import { readSettings } from '@client-tickets/service-kit';
import { createTicketGenerator, encodeTicket, ticketQuery } from '@client-tickets/tickets';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

const TICKETS = 60_000;
const PER_TRIGGER = 30;
/** Of both formats. With a file for every batch there are 12,000. */
const MOST_FILES = 60;
const PIECE = 1_000;
const topic = 'client_tickets';

test('60,000 tickets at 30 a trigger are published 2,000 times, and are once each in at most 60 files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'small-batches-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await fillLog(directory);

  let published = 0;
  const results = interceptStore(createMemoryObjectStore(), ({ operation, key }, send) => {
    if (operation.startsWith('put') && key.startsWith('ticket_counts/')) published += 1;
    return send();
  });
  const query = startQuery(ticketQuery, {
    source: createEmbeddedSource({ directory, topic, clock }),
    results,
    checkpoints: createMemoryObjectStore(),
    formats: RESULT_FORMATS,
    trigger: { kind: 'availableNow' },
    maxOffsetsPerTrigger: PER_TRIGGER,
    rollover: rolloverOf(readSettings(z.object(rolloverSettings), {})), // as users have it
    clock,
    logger: silentLogger,
    newId: randomUUID,
  });
  await query.finished;

  const found = await readFiles(results);
  for (const format of RESULT_FORMATS) {
    expect(found.rows[format]).toHaveLength(TICKETS);
    expect(new Set(found.rows[format]).size).toBe(TICKETS);
  }
  expect(found.files).toBeLessThanOrEqual(MOST_FILES);
  expect(published).toBe(TICKETS / PER_TRIGGER);
});

async function fillLog(directory: string): Promise<void> {
  const writer = await openLogWriter({ directory, topic, partitions: 3 });
  const generator = createTicketGenerator({ seed: 1, startTime: new Date('2026-11-22T09:30:00Z') });
  for (let sent = 0; sent < TICKETS; sent += PIECE) {
    const tickets = Array.from({ length: PIECE }, () => generator.next());
    await writer.append(
      tickets.map((ticket) => ({ key: ticket.client_id, value: encodeTicket(ticket), timestamp: 0 })),
    );
  }
  await writer.close();
}

/** How many files of rows there are, and of each format `partition/offset` of its rows. */
async function readFiles(results: ObjectStore) {
  const columns = new RowColumns(ticketQuery);
  const rows: { readonly json: string[]; readonly parquet: string[] } = { json: [], parquet: [] };
  let files = 0;
  for await (const { partition, range, files: found } of listRanges(results, ticketQuery.table)) {
    for (const { key, format } of found) {
      files += 1;
      const body = (await results.get(key))?.body ?? new Uint8Array();
      for (const { offset } of await readRows(format, columns, body, range))
        rows[format].push(`${partition}/${offset}`);
    }
  }
  return { files, rows };
}
