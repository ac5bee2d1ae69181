import { randomUUID } from 'node:crypto';
import { createKafkaSource } from '@client-tickets/kafka';
import {
  createLogger,
  describeError,
  EXIT_CODES,
  kafkaConnection,
  runMain,
  secretValues,
  systemClock as clock,
} from '@client-tickets/service-kit';
import { createBatchReport } from './batch-report.ts';
import { readConsumerCommandLine } from './command-line.ts';
import { consumerSettings, readConsumerSettings, s3Options, topicSettings } from './config.ts';
import { openStores } from './open-stores.ts';
import { broadcast } from './query-listeners.ts';
import { startTicketQuery } from './ticket-query.ts';
import { provideTopic, waitForServers } from './wait-for-servers.ts';

const STOP_BUDGET_MS = 30_000;
/** What of it the batch under way may take; the rest is for leaving the group and closing. */
const BATCH_BUDGET_MS = 20_000;

await runMain({ name: 'consumer', stopBudgetMs: STOP_BUDGET_MS }, async ({ signal, useLogger }) => {
  const commandLine = readConsumerCommandLine(process.argv.slice(2));
  if (commandLine.kind !== 'run') {
    return commandLine.kind === 'help' ? EXIT_CODES.done.code : EXIT_CODES.settings.code;
  }
  const { settings, environment } = readConsumerSettings(commandLine.flags);
  const secrets = secretValues(consumerSettings, environment);
  const logger = createLogger({ name: 'consumer', level: settings.LOG_LEVEL, secrets });
  useLogger(logger);

  const stores = await openStores({
    results: settings.RESULTS_PATH,
    checkpoints: settings.CHECKPOINT_PATH,
    s3: s3Options(settings),
    onRequest: () => undefined,
  });
  const connection = kafkaConnection(settings);
  const { KAFKA_TOPIC: topic } = settings;
  try {
    await waitForServers({ stores, connection, logger, clock, signal });
    await provideTopic({ connection, ...topicSettings(settings), logger, clock });

    const query = startTicketQuery({
      source: createKafkaSource({ connection, topic, groupId: settings.KAFKA_GROUP_ID, logger, clock }),
      results: stores.results,
      checkpoints: stores.checkpoints,
      formats: settings.RESULTS_FORMAT,
      trigger: settings.TRIGGER,
      startingOffsets: settings.STARTING_OFFSETS,
      maxOffsetsPerTrigger: settings.MAX_OFFSETS_PER_TRIGGER,
      failOnDataLoss: settings.FAIL_ON_DATA_LOSS,
      clock,
      logger,
      newId: randomUUID,
      listener: broadcast([createBatchReport({ logger, table: tableOutput() })]),
    });
    const stop = (): Promise<void> => query.stop({ budgetMs: BATCH_BUDGET_MS });
    signal.addEventListener('abort', () => void stop());
    if (signal.aborted) await stop();
    await query.finished;
    return EXIT_CODES.done.code;
  } catch (error) {
    if (!signal.aborted) throw error;
    logger.info({ reason: describeError(error) }, 'stopped before it had started');
    return EXIT_CODES.done.code;
  } finally {
    await stores.close();
  }
});

/** Tables are for a terminal; the log holds the same where nobody looks. */
function tableOutput(): ((text: string) => void) | undefined {
  return process.stdout.isTTY ? (text) => process.stdout.write(text) : undefined;
}
