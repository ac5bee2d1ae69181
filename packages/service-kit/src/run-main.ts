import { ignoreClosedPipe } from './closed-pipe.ts';
import { createLogger, type ServiceLogger } from './create-logger.ts';
import { describeError } from './describe-error.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { SettingsError } from './settings-error.ts';
import { createShutdown } from './shutdown.ts';

export interface MainContext {
  /** Aborts at the first SIGTERM or SIGINT: finish what is under way and return. */
  readonly signal: AbortSignal;
  /** From now on failures are logged with this logger. Until then there is one of level `info`. */
  readonly useLogger: (logger: ServiceLogger) => void;
}

export interface RunMainOptions {
  /** The service's: `producer`. */
  readonly name: string;
  /** How long an orderly stop may take, in milliseconds. Default: 30 000. */
  readonly stopBudgetMs?: number;
}

/**
 * Runs a service and ends the process: with the code that `main` returns, with 0 when it returns none, with 2 for a
 * `SettingsError` and with 1 for any other error, whether thrown by `main` or left unhandled anywhere. An error is logged
 * with its code and the messages of its causes; stacks at level `debug`. Output is written out before the process ends; a reader that has gone
 * away (`| head -1`) changes nothing.
 */
export async function runMain(
  { name, stopBudgetMs = 30_000 }: RunMainOptions,
  main: (context: MainContext) => Promise<ExitCode | void>,
): Promise<void> {
  let logger = createLogger({ name, level: 'info' });

  const fail = (error: unknown): ExitCode => {
    logger.error(codeOf(error), describeError(error));
    if (error instanceof Error) logger.debug({ stack: error.stack }, 'where it happened');
    return error instanceof SettingsError ? EXIT_CODES.settings.code : EXIT_CODES.failed.code;
  };
  const failAndExit = (error: unknown): void => process.exit(fail(error));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  process.on('uncaughtException', failAndExit);
  process.on('unhandledRejection', failAndExit);

  const shutdown = createShutdown({
    logger: {
      info: (fields, message) => logger.info(fields, message),
      error: (fields, message) => logger.error(fields, message),
    },
    budgetMs: stopBudgetMs,
    exit: (code) => process.exit(code),
  });

  let code: ExitCode;
  try {
    code =
      (await main({ signal: shutdown.signal, useLogger: (chosen) => (logger = chosen) })) ??
      EXIT_CODES.done.code;
  } catch (error) {
    code = fail(error);
  }
  shutdown.dispose();
  await writtenOut(process.stdout);
  // Not by running out of work: a forgotten connection must not keep a finished service alive.
  process.exit(code);
}

function writtenOut(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/** What kind of failure it is, in the one word that documentation lists: `checkpoint_mismatch`. */
function codeOf(error: unknown): { readonly code?: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? { code: error.code }
    : {};
}
