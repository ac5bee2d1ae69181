import type { Logger } from '@client-tickets/micro-batch';
import type { TableKeeper } from './keep-table.ts';
import { listMerged } from './merged-files.ts';
import { optimizeTable, type OptimizeReport } from './optimize-table.ts';
import { TARGET_FILE_BYTES } from './plan-merges.ts';
import type { QueryTable } from './table-schema.ts';

const DAY_MS = 24 * 3_600_000;
const CHECK_MS = 10 * 60_000;
/** A query needs the memory, too. */
const TARGET_BYTES = TARGET_FILE_BYTES / 2;
/** Each group of consumers has one member that reads it. */
const CHOOSING_PARTITION = 0;

/**
 * Merges the small files of a table a day after they were merged last, beside the query. Of several consumers the one does it that reads
 * partition 0; while that moves, two may, which is safe. What fails is logged and tried again at the next check; it never stops the query.
 */
export function optimizeDaily(options: QueryTable & { readonly logger: Logger }): TableKeeper {
  const { query, results, clock, logger } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let isChosen = false;
  let working: Promise<void> | undefined;
  let nextAt: number | undefined;

  async function check(): Promise<void> {
    if (!isChosen) return;
    nextAt ??= DAY_MS + Math.max(0, ...(await listMerged(results, query.table)).map(({ began }) => began));
    if (clock.now() < nextAt) return;
    const report = await optimizeTable({ ...options, targetBytes: TARGET_BYTES, signal });
    nextAt = clock.now() + DAY_MS;
    tell(report, logger);
  }

  async function work(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(CHECK_MS, signal);
      if (signal.aborted) return;
      try {
        await check();
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'small files of the table could not be merged');
      }
    }
  }

  return {
    listener: {
      onStatus: ({ partitions }) => {
        isChosen = partitions.some(({ partition }) => partition === CHOOSING_PARTITION);
        working ??= work();
      },
    },
    close: async ({ budgetMs }) => {
      closing.abort();
      const done = new AbortController();
      await Promise.race([working, clock.sleep(budgetMs, done.signal)]);
      done.abort();
    },
  };
}

function tell({ removed, added, problems }: OptimizeReport, logger: Logger): void {
  for (const problem of problems) logger.warn({ problem }, 'small files were not merged');
  if (added.files > 0) logger.info({ removed, added }, 'small files of the table were merged');
}
