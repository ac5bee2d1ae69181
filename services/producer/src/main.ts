import {
  countRecords,
  createKafkaProducer,
  ensureTopic,
  KafkaError,
  waitForBrokers,
} from '@client-tickets/kafka';
import { systemClock } from '@client-tickets/micro-batch';
import { createLogger, describeError, EXIT_CODES, runMain } from '@client-tickets/service-kit';
import { createRequestWriter, createTicketGenerator } from '@client-tickets/tickets';
import { readProducerCommandLine } from './command-line.ts';
import { readConfig } from './config.ts';
import { produceTickets } from './produce-tickets.ts';
import { summarize, type Production } from './production.ts';
import { createProgressBar } from './progress-bar.ts';
import { createProgressLog } from './progress-log.ts';

const name = 'producer';
const clock = systemClock;

await runMain({ name }, async ({ signal, useLogger }) => {
  const commandLine = readProducerCommandLine(process.argv.slice(2));
  if (commandLine.kind !== 'run') {
    return commandLine.kind === 'help' ? EXIT_CODES.done.code : EXIT_CODES.settings.code;
  }
  const config = readConfig(commandLine.flags);
  const { connection, topic, count, ticketsPerSecond, seed, language, isSeedGiven, logLevel, secrets } =
    config;
  const logger = createLogger({ name, level: logLevel, secrets });
  useLogger(logger);

  try {
    await waitForBrokers({ connection, logger, clock, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    logger.info({}, 'stopped before the brokers answered; nothing was sent');
    return EXIT_CODES.done.code;
  }
  const ensured = await ensureTopic({ connection, ...topic, logger, clock });
  if (ensured.created) logger.info(topic, 'created the topic');
  for (const difference of ensured.differences) {
    logger.warn(
      { topic: topic.topic, ...difference },
      'the topic is not as the settings say; it stays as it is',
    );
  }

  // A seed that was asked for gives the same tickets again. Other runs must not give the ids of earlier tickets to new ones.
  const firstNumber = isSeedGiven
    ? 1
    : 1 + (await countRecords({ connection, topic: topic.topic, logger, clock }));
  logger.info(
    { topic: topic.topic, brokers: connection.brokers, count, ticketsPerSecond, seed, firstNumber },
    'producing tickets',
  );
  const producer = createKafkaProducer({ connection, topic: topic.topic, logger, clock });
  const display = process.stderr.isTTY
    ? createProgressBar(process.stderr, clock, count)
    : createProgressLog(logger, clock);
  let production: Production;
  try {
    production = await produceTickets({
      generator: createTicketGenerator({
        seed,
        startTime: new Date(clock.now()),
        firstNumber,
        writeRequest: createRequestWriter(language, seed),
      }),
      send: (messages) => producer.send(messages),
      clock,
      count,
      ticketsPerSecond,
      signal,
      onProgress: (production) => display.update(production),
      onRetry: (error, retry) =>
        logger.warn(
          { ...retry, reason: describeError(error) },
          'tickets were not acknowledged; sending them again',
        ),
      isWorthRetrying: (error) => error instanceof KafkaError && error.code === 'unavailable',
    });
  } finally {
    display.stop();
    await producer.close();
  }
  const summary = summarize(production, seed);
  if (process.stdout.isTTY) console.log(summary);
  else logger.info({ ...production, seed }, summary);
  return EXIT_CODES.done.code;
});
