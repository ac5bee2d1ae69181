import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createKafkaSource } from '@client-tickets/kafka';
import { systemClock as clock } from '@client-tickets/micro-batch';
import { createPipelineUi } from '@client-tickets/pipeline-ui';
import type { Query } from '@client-tickets/records';
import { keepTable, optimizeDaily } from '@client-tickets/results';
import {
  createLogger,
  describeError,
  describeSettings,
  EXIT_CODES,
  kafkaConnection,
  readEnvironment,
  runMain,
  s3Connection,
  startingPoint,
  topicSettings,
} from '@client-tickets/service-kit';
import { createBatchReport } from './batch-report.ts';
import { readConsumerCommandLine } from './command-line.ts';
import { consumerSettings } from './config.ts';
import { openStores } from './open-stores.ts';
import { broadcast } from './query-listeners.ts';
import { rolloverOf } from './rollover-settings.ts';
import { startQuery } from './start-query.ts';
import { versions } from './versions.ts';
import { provideTopic, waitForServers } from './wait-for-servers.ts';

const STOP_BUDGET_MS = 30_000;
/** What of it the batch under way may take; the rest is for leaving the group and closing. */
const BATCH_BUDGET_MS = 20_000;
/** And what the table may take after it. */
const TABLE_BUDGET_MS = 4_000;

/** The consumer's program for a declared query: settings, stores, brokers, the page and the query itself. Ends the process. */
export async function runConsumer(query: Query): Promise<void> {
  await runMain({ name: 'consumer', stopBudgetMs: STOP_BUDGET_MS }, async ({ signal, useLogger }) => {
    const commandLine = readConsumerCommandLine(process.argv.slice(2));
    if (commandLine.kind !== 'run') {
      return commandLine.kind === 'help' ? EXIT_CODES.done.code : EXIT_CODES.settings.code;
    }
    const { settings, environment, secrets } = readEnvironment(consumerSettings, commandLine.flags);
    const logger = createLogger({ name: 'consumer', level: settings.LOG_LEVEL, secrets });
    useLogger(logger);
    // Tells the members of a group apart, in the page, in Console and in `rpk group describe`.
    const member = `consumer-${hostname()}-${process.pid}`;
    const connection = { ...kafkaConnection(settings), clientId: member };
    const { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: groupId, TRIGGER: trigger } = settings;

    const stores = await openStores({
      results: settings.RESULTS_PATH,
      checkpoints: settings.CHECKPOINT_PATH,
      s3: s3Connection(settings),
      onRequest: (request) => ui.onStoreRequest(request),
      logger,
    });
    const source = createKafkaSource({
      connection,
      topic,
      groupId,
      sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
      maxBatchBytes: settings.KAFKA_MAX_BATCH_BYTES,
      unreadableBatches: settings.KAFKA_UNREADABLE_BATCHES,
      logger,
      clock,
    });
    const ui = createPipelineUi({
      declaration: query,
      topic,
      results: stores.results,
      checkpoints: stores.checkpoints,
      settings: describeSettings(consumerSettings, environment),
      versions,
      links: settings.HTTP_LINKS,
      trigger,
      maxOffsetsPerTrigger: settings.MAX_OFFSETS_PER_TRIGGER,
      clock,
      logger,
      controlToken: settings.HTTP_CONTROL_TOKEN,
      allowedHosts: settings.HTTP_ALLOWED_HOSTS,
      log: source,
      member,
      groupMembers: () => source.fetchOwners(),
    });
    const { results, checkpoints } = ui.stores;
    const tableOptions = {
      query,
      topic,
      results,
      hasExtra: settings.UNKNOWN_FIELDS === 'keep',
      clock,
      logger,
    };
    const table = keepTable({ ...tableOptions, formats: settings.RESULTS_FORMAT, newId: randomUUID });
    const keepers = settings.RESULTS_OPTIMIZE === 'daily' ? [table, optimizeDaily(tableOptions)] : [table];
    try {
      const { url } = await ui.start({ host: settings.HTTP_HOST, port: settings.HTTP_PORT });
      logger.info({ url }, 'the pipeline UI is ready');
      ui.announce('waiting for Kafka and the object store');
      await waitForServers({ stores, connection, logger, clock, signal });
      await provideTopic({ connection, ...topicSettings(settings), logger, clock });

      const running = startQuery(query, {
        source,
        results,
        checkpoints,
        formats: settings.RESULTS_FORMAT,
        timestampZone: settings.TIMESTAMP_ZONE,
        unknownFields: settings.UNKNOWN_FIELDS,
        trigger,
        startingOffsets: startingPoint(settings),
        maxOffsetsPerTrigger: settings.MAX_OFFSETS_PER_TRIGGER,
        rollover: rolloverOf(settings),
        watermarkDelayMs: settings.WATERMARK_DELAY,
        idleMs: settings.WATERMARK_IDLE,
        failOnDataLoss: settings.FAIL_ON_DATA_LOSS,
        clock,
        logger,
        newId: randomUUID,
        listener: broadcast([
          ui.listener,
          ...keepers.map(({ listener }) => listener),
          createBatchReport({ declaration: query, logger, table: tableOutput() }),
        ]),
      });
      ui.attach(running);
      const stop = (): Promise<void> => running.stop({ budgetMs: BATCH_BUDGET_MS });
      signal.addEventListener('abort', () => void stop());
      if (signal.aborted) await stop();
      await running.finished;
    } catch (error) {
      if (!signal.aborted) throw error;
      logger.info({ reason: describeError(error) }, 'stopped before it had started');
    } finally {
      await Promise.all(keepers.map((keeper) => keeper.close({ budgetMs: TABLE_BUDGET_MS })));
      await ui.close();
      await source.stop(); // the page may have asked it before there was a query
      await stores.close();
    }
    return EXIT_CODES.done.code;
  });
}

/** Tables are for a terminal; elsewhere the log holds the same. */
function tableOutput(): ((text: string) => void) | undefined {
  return process.stdout.isTTY ? (text) => process.stdout.write(text) : undefined;
}
