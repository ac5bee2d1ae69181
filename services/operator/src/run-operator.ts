import { QueryError, systemClock as clock } from '@client-tickets/micro-batch';
import type { Query } from '@client-tickets/records';
import { createLogger, EXIT_CODES, readEnvironment, runMain } from '@client-tickets/service-kit';
import { createOutput } from './cli/output.ts';
import { readCommand } from './cli/read-command.ts';
import { operatorSettings } from './config.ts';
import { runAction } from './run-action.ts';

/** The operator's program for the results of a declared query. Ends the process. */
export async function runOperator(query: Query): Promise<void> {
  await runMain({ name: 'tickets' }, async ({ signal, useLogger }) => {
    const commandLine = readCommand(process.argv.slice(2));
    if (commandLine.kind !== 'run') {
      return commandLine.kind === 'help' ? EXIT_CODES.done.code : EXIT_CODES.settings.code;
    }
    const { settings, secrets } = readEnvironment(operatorSettings, commandLine.flags);
    const logger = createLogger({ name: 'tickets', level: settings.LOG_LEVEL, secrets });
    useLogger(logger);
    try {
      const output = createOutput();
      return await runAction(commandLine.action, { query, settings, output, clock, logger, signal });
    } catch (error) {
      if (signal.aborted) return EXIT_CODES.interrupted.code;
      // Found out only now, because it took the brokers to know: starting offsets that the log does not hold.
      if (!(error instanceof QueryError) || error.code !== 'settings') throw error;
      logger.error({}, error.message);
      return EXIT_CODES.settings.code;
    }
  });
}
