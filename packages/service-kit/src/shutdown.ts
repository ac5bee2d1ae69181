import type { ServiceLogger } from './create-logger.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

export interface ShutdownOptions {
  readonly logger: Pick<ServiceLogger, 'info' | 'error'>;
  /** How long an orderly stop may take, in milliseconds. */
  readonly budgetMs: number;
  /** Ends the process. */
  readonly exit: (code: ExitCode) => void;
}

export interface Shutdown {
  /** Aborts at the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Leaves the signals to the system again. */
  dispose(): void;
}

/*
 *   running --SIGTERM, SIGINT--> stopping --second signal--> exit 143, 130
 *                                   \-----budget is over---> exit 3
 *                                   \-----main returns-----> exit as main says
 */
export function createShutdown({ logger, budgetMs, exit }: ShutdownOptions): Shutdown {
  const stopping = new AbortController();
  let budget: NodeJS.Timeout | undefined;

  const onSignal = (name: 'SIGTERM' | 'SIGINT'): void => {
    if (stopping.signal.aborted) {
      exit(name === 'SIGINT' ? EXIT_CODES.interrupted.code : EXIT_CODES.terminated.code);
      return;
    }
    logger.info({ signal: name, budgetMs }, 'stopping; a second signal stops at once');
    budget = setTimeout(() => {
      logger.error({ budgetMs }, 'did not get done in time; stopping at once');
      exit(EXIT_CODES.stopTimedOut.code);
    }, budgetMs);
    stopping.abort();
  };

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return {
    signal: stopping.signal,
    dispose() {
      clearTimeout(budget);
      process.off('SIGTERM', onSignal);
      process.off('SIGINT', onSignal);
    },
  };
}
