import type { Logger } from '@client-tickets/micro-batch';

/**
 * The same work, whose failure is logged and goes no further. The UI runs on the engine's path and in its process: a mistake
 * in what is shown must neither fail the query nor end the consumer.
 */
export function logFailures<Arguments extends readonly unknown[]>(
  logger: Logger,
  work: (...given: Arguments) => void,
): (...given: Arguments) => void {
  return (...given) => {
    try {
      work(...given);
    } catch (error) {
      logger.error({ err: error }, 'the pipeline UI made a mistake; the query goes on');
    }
  };
}
