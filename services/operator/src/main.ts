import type { Location } from '@client-tickets/object-store';
import {
  createLogger,
  EXIT_CODES,
  kafkaConnection,
  runMain,
  secretValues,
  systemClock as clock,
} from '@client-tickets/service-kit';
import { QueryError, type Logger, type ObjectStore } from '@client-tickets/micro-batch';
import type { StoreMode } from './cli/operator-context.ts';
import { openStore } from './cli/open-store.ts';
import { createOutput } from './cli/output.ts';
import { readCommand } from './cli/read-command.ts';
import { operatorSettings, readOperatorSettings, s3Options } from './config.ts';
import { createKafkaTopicAccess } from './topic/kafka-topic-access.ts';

await runMain({ name: 'tickets', stopBudgetMs: 30_000 }, async ({ signal, useLogger }) => {
  const commandLine = readCommand(process.argv.slice(2));
  if (commandLine.kind !== 'run') {
    return commandLine.kind === 'help' ? EXIT_CODES.done.code : EXIT_CODES.settings.code;
  }
  const { settings, environment } = readOperatorSettings(commandLine.flags);
  const secrets = secretValues(operatorSettings, environment);
  const logger = createLogger({ name: 'tickets', level: settings.LOG_LEVEL, secrets });
  useLogger(logger);

  const opened: ObjectStore[] = [];
  const open = async (location: Location, mode: StoreMode): Promise<ObjectStore> => {
    const store = await openStore(location, mode, s3Options(settings));
    opened.push(store);
    return store;
  };
  const topic = createKafkaTopicAccess({
    connection: kafkaConnection(settings),
    topic: settings.KAFKA_TOPIC,
    groupId: settings.KAFKA_GROUP_ID,
    logger: quiet(logger),
    clock,
  });
  try {
    return await commandLine.action({
      settings,
      output: createOutput(),
      clock,
      logger,
      signal,
      openStores: async (modes = { results: 'read', checkpoints: 'read' }) => ({
        results: await open(settings.RESULTS_PATH, modes.results),
        checkpoints: await open(settings.CHECKPOINT_PATH, modes.checkpoints),
      }),
      topic,
    });
  } catch (error) {
    if (signal.aborted) return EXIT_CODES.interrupted.code;
    // Found out only now, because it took the brokers to know: starting offsets that the log does not hold.
    if (error instanceof QueryError && error.code === 'settings') {
      logger.error({}, error.message);
      return EXIT_CODES.settings.code;
    }
    throw error;
  } finally {
    await topic.close();
    await Promise.all(opened.map((store) => store.close()));
  }
});

/** What goes wrong with the brokers ends up in the command's own words; its history is for those who debug. */
function quiet(logger: Logger): Logger {
  const debug = (fields: object, message: string): void => logger.debug(fields, message);
  return {
    debug,
    info: debug,
    warn: debug,
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => quiet(logger.child(fields)),
  };
}
