import { expect, test } from 'vitest';
import { createMemoryObjectStore, MemoryLog } from '@client-tickets/micro-batch/testing';
import {
  by,
  createTimeZone,
  defineQuery,
  defineRecord,
  lookup,
  oneOf,
  type Query,
} from '@client-tickets/records';
import type { QueryHandlerOptions } from '@client-tickets/results';
import { createTicketGenerator, encodeTicket, ticket, ticketQuery } from '@client-tickets/tickets';
import { readStatus } from '../src/status/read-status.ts';
import { createFolderLocation } from './support/folder-location.ts';
import { TOPIC } from './support/history.ts';
import { brokersOf, rebuild, verify as verifyLeft } from './support/left-query.ts';
import { runHere } from './support/run-here.ts';
import { startQuery } from './support/start-query.ts';
import { readFrom } from './support/topic-sample.ts';

/** Tickets as the next version of the program may declare them. */
const laterQuery = defineQuery({
  table: 'tickets',
  record: defineRecord('ticket', {
    ...ticket.fields,
    priority: oneOf(...ticket.fields.priority.values, 'SOMEDAY'),
  }),
  key: 'client_id',
  derive: {
    support_team: lookup('type', { ...ticketQuery.derive.support_team.values, GENERAL: 'Front Desk' }),
  },
  counts: {
    ticket_counts: by('type'),
    ticket_counts_by_team: by('support_team'),
    ticket_counts_by_priority: by('priority'),
    ticket_counts_by_hour: by('type').perHour('created_at'),
  },
});
const CHANGES =
  'priority: SOMEDAY added; support_team: GENERAL → Front Desk added, GENERAL → General Support removed';

/** What the real engine leaves of these messages. */
async function run(
  query: Query,
  messages: readonly string[],
  options: Omit<QueryHandlerOptions, 'formats'> = {},
) {
  const log = new MemoryLog(TOPIC, 1);
  for (const message of messages) log.append(0, Buffer.from(message), { timestamp: Date.UTC(2026, 10, 22) });
  const results = createMemoryObjectStore('memory://results/');
  const checkpoints = createMemoryObjectStore('memory://checkpoints/');
  const trigger = { kind: 'availableNow' } as const;
  const places = { source: log.createSource(), checkpoints, results, trigger };
  await startQuery({ ...places, maxOffsetsPerTrigger: 2 }, options, query).finished;
  return { log, resultsStore: results, checkpointStore: checkpoints };
}

const generator = createTicketGenerator({ seed: 1, startTime: new Date('2026-10-25T02:30:00Z') });
const TICKET = Buffer.from(encodeTicket(generator.next())).toString();

const verify = (query: Query, left: Awaited<ReturnType<typeof run>>) =>
  verifyLeft(left, { query, ...brokersOf(left.log), readRecords: readFrom(left.log) });

test('verify, status and rebuild say first what is declared otherwise, and status still says where to go on', async () => {
  const location = await run(ticketQuery, [TICKET, '{']);
  const { ok, differences } = await verify(laterQuery, location);
  expect(ok).toBe(false);
  expect(differences).toEqual([
    { code: 'query', message: expect.stringContaining(`What changed: ${CHANGES}. `) as unknown },
  ]);
  const status = await readStatus({
    declaration: laterQuery,
    results: location.resultsStore,
    checkpoints: location.checkpointStore,
    topic: TOPIC,
    access: undefined,
  });
  expect(status).toMatchObject({
    partitions: [{ countedOffset: 2n, totals: { rows: 1, deadLetters: 1 } }],
    declarationChanges: CHANGES.split('; '),
    problems: [],
  });
  await expect(rebuild(location, { declaration: laterQuery, log: undefined })).rejects.toThrow(
    `What changed: ${CHANGES}. `,
  );
});

test('a program that is declared otherwise exits with 1, but prints the offsets to go on from', async () => {
  const location = await createFolderLocation();
  try {
    const environment = { RESULTS_PATH: location.results, CHECKPOINT_PATH: location.checkpoints };
    const tickets = (...args: readonly string[]) => runHere(args, environment, laterQuery);
    const verified = await tickets('verify', '--no-brokers');
    expect(verified).toMatchObject({ code: 1 });
    expect(verified.stdout).toContain(`✘ query the checkpoint at`);
    expect(verified.stdout).toContain(CHANGES);
    const status = await tickets('status', '--no-brokers');
    expect(status).toMatchObject({ code: 1 });
    expect(status.stdout).toContain('30 tickets, 3 dead letters');
    expect(status.stdout).toContain(CHANGES);
    expect(await tickets('status', '--offsets')).toMatchObject({
      code: 0,
      stdout: '{"client_tickets":{"0":17,"1":16}}\n',
    });
  } finally {
    await location.remove();
  }
});

test('the formats, the zone and the unknown fields that a query was started with are its own', async () => {
  const withoutZone = TICKET.replace('Z"', '"').replace('{', '{"channel":"web",');
  const location = await run(ticketQuery, [TICKET, withoutZone, '{'], {
    timestampZone: createTimeZone('Europe/Paris'),
    unknownFields: 'keep',
  });
  const report = await verify(ticketQuery, location);
  expect(report).toMatchObject({ ok: true, differences: [], notes: [] });
  expect(report.partitions).toMatchObject([{ rows: 2, deadLetters: 1 }]);
});
