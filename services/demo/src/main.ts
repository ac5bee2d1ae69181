import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { broadcast, rolloverOf, startQuery } from '@client-tickets/consumer';
import { createEmbeddedSource, openLogWriter } from '@client-tickets/embedded-log';
import { type Logger, type Source, systemClock } from '@client-tickets/micro-batch';
import { openObjectStore } from '@client-tickets/object-store';
import { produceTickets } from '@client-tickets/producer';
import { createLogger, EXIT_CODES, readCommandLine, runMain } from '@client-tickets/service-kit';
import { keepTable, RESULT_FORMATS } from '@client-tickets/results';
import { createRequestWriter, createTicketGenerator, ticketQuery } from '@client-tickets/tickets';
import { DEMO_FLAGS, demoSettings, readDemoConfig, type DemoConfig } from './config.ts';
import { createDemoView } from './demo-view.ts';
import { openDemoUi } from './demo-ui.ts';
import { inFolder } from './folder-refusal.ts';
import { createLiveDisplay } from './live-display.ts';
import { readCounts } from './read-counts.ts';
import { summarizeDemo } from './summary.ts';

const TOPIC = 'client_tickets';
const PARTITIONS = 3;
const TRIGGER = { kind: 'interval', everyMs: 100 } as const;
const STOP_BUDGET_MS = 10_000;

/** Producer and consumer in one process: an embedded log in place of Kafka, a folder in place of S3. */
await runMain({ name: 'demo' }, async ({ signal, useLogger }) => {
  const description = 'Produces tickets and runs the pipeline over them, without any server.';
  const program = { name: 'demo', description, flags: DEMO_FLAGS, settings: demoSettings };
  const commandLine = readCommandLine(program, process.argv.slice(2));
  if (commandLine.kind !== 'run') {
    return commandLine.kind === 'help' ? EXIT_CODES.done.code : EXIT_CODES.settings.code;
  }
  const config = readDemoConfig(commandLine.flags);
  const logger = createLogger({ name: 'demo', level: config.settings.LOG_LEVEL });
  useLogger(logger);
  await inFolder(() => runDemo(config, logger, signal));
  return EXIT_CODES.done.code;
});

async function runDemo(
  { settings, environment, folder, seed }: DemoConfig,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const clock = systemClock;

  const directory = join(folder, 'log');
  const log = await openLogWriter({ directory, topic: TOPIC, partitions: PARTITIONS });
  const source = createEmbeddedSource({ directory, topic: TOPIC, clock });
  const results = await openObjectStore(join(folder, 'results'));
  const checkpoints = await openObjectStore(join(folder, 'checkpoints'));

  const ui = settings.DEMO_UI
    ? await openDemoUi({
        source,
        results,
        checkpoints,
        settings,
        environment,
        trigger: TRIGGER,
        clock,
        logger,
      })
    : undefined;

  const stores = ui?.stores ?? { results, checkpoints };
  const alreadyProduced = await countRecords(source);
  const display = createLiveDisplay(process.stdout);
  const view = createDemoView(display, settings.TICKET_COUNT, await readCounts(results));
  const table = keepTable({
    query: ticketQuery,
    hasExtra: false,
    topic: TOPIC,
    results: stores.results,
    formats: RESULT_FORMATS,
    clock,
    logger,
    newId: randomUUID,
  });
  const startedAt = clock.monotonic();
  const query = startQuery(ticketQuery, {
    source,
    ...stores,
    formats: RESULT_FORMATS,
    trigger: TRIGGER,
    maxOffsetsPerTrigger: settings.MAX_OFFSETS_PER_TRIGGER,
    rollover: rolloverOf(settings),
    clock,
    logger,
    newId: randomUUID,
    listener: broadcast([view.listener, table.listener, ...(ui === undefined ? [] : [ui.listener])]),
  });
  ui?.attach(query);
  // What a killed run has left is counted first. Where the query is refused, nothing is added to the log that is there.
  await query.processAllAvailable();
  const firstNumber = alreadyProduced + 1;
  const production = await produceTickets({
    generator: createTicketGenerator({
      seed,
      startTime: new Date(clock.now()),
      firstNumber,
      writeRequest: createRequestWriter(settings.TICKET_LANGUAGE, seed),
    }),
    send: (messages) => log.append(messages),
    clock,
    count: settings.TICKET_COUNT,
    ticketsPerSecond: settings.TICKETS_PER_SECOND,
    signal,
    onProgress: ({ tickets }) => view.onProduced(tickets),
  });
  await query.processAllAvailable();
  display.stop();
  process.stdout.write(
    summarizeDemo({
      counts: await readCounts(results),
      produced: production.tickets,
      seed,
      seconds: (clock.monotonic() - startedAt) / 1_000,
      locations: [
        ['log', directory],
        ['checkpoint', join(folder, 'checkpoints')],
        ['results', join(folder, 'results')],
      ],
    }),
  );
  if (ui !== undefined) await aborted(signal);
  await query.stop({ budgetMs: STOP_BUDGET_MS });
  await table.close({ budgetMs: STOP_BUDGET_MS });
  await ui?.close();
  await log.close();
  await results.close();
  await checkpoints.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function countRecords(source: Source): Promise<number> {
  const offsets = await source.fetchOffsets(await source.listPartitions());
  return [...offsets.values()].reduce((sum, { latest }) => sum + Number(latest), 0);
}
