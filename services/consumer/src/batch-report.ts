import type { Logger, QueryListener, QueryState } from '@client-tickets/micro-batch';
import { batchLogFields, formatBatchTable } from './batch-table.ts';

/** States that are worth a line in the log; the others come and go with every batch. */
const LEVELS: Partial<Record<QueryState, 'info' | 'warn' | 'error'>> = {
  recovering: 'warn',
  paused: 'info',
  stopping: 'info',
  stopped: 'info',
};

/** Shows each micro-batch: a table where people look, one log line elsewhere. */
export function createBatchReport(options: {
  readonly logger: Logger;
  /** Where tables go; `undefined`: batches go to the log. */
  readonly table: ((text: string) => void) | undefined;
}): QueryListener {
  const { logger, table } = options;
  return {
    onProgress: (progress) => {
      if (table === undefined) logger.info(batchLogFields(progress), 'micro-batch');
      else table(`${formatBatchTable(progress)}\n\n`);
    },
    onStatus: ({ state, message }) => {
      const level = LEVELS[state];
      if (level !== undefined) logger[level]({ state }, message);
    },
  };
}
