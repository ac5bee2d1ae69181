import type { Logger, QueryListener, QueryState } from '@client-tickets/micro-batch';
import type { Declaration } from '@client-tickets/results';
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
  readonly declaration: Declaration;
  readonly logger: Logger;
  /** Where tables go; `undefined`: batches go to the log. */
  readonly table: ((text: string) => void) | undefined;
}): QueryListener {
  const { declaration, logger, table } = options;
  return {
    onProgress: (progress) => {
      if (table === undefined) logger.info(batchLogFields(progress, declaration), 'micro-batch');
      else table(`${formatBatchTable(progress, declaration)}\n\n`);
    },
    onStatus: ({ state, message }) => {
      const level = LEVELS[state];
      if (level !== undefined) logger[level]({ state }, message);
    },
  };
}
