import type { Logger, PartitionStatus, QueryListener, StoredFiles } from '@client-tickets/micro-batch';
import type { ResultFormat } from '../layout/result-keys.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import type { StoredFrontier } from './missing-files.ts';
import { tableColumns, type QueryTable } from './table-schema.ts';
import { TableWriter } from './table-writer.ts';

/** How long files of other partitions are waited for, so that a commit holds those of a round. */
const ROUND_MS = 1_000;
const RETRY_MS = 10_000;
/** Ranges of a partition that wait for a commit; what came before them, the store is asked for. */
const MOST_WAITING = 100;

export interface TableOptions extends QueryTable {
  readonly formats: readonly ResultFormat[];
  readonly logger: Logger;
  readonly newId: () => string;
  /** After how many commits its log gets a checkpoint. Default: 100. */
  readonly checkpointEvery?: number;
}

/** Adds the files of a query to its Delta Lake table as they are stored. */
export interface TableKeeper {
  readonly listener: TableListener;
  /** Once the query has ended: adds what waits, or leaves it to the next one when the store does not answer in time. Never rejects. */
  readonly close: (options: { readonly budgetMs: number }) => Promise<void>;
}

/** A `QueryListener`, as far as a table needs one. */
export interface TableListener extends Pick<QueryListener, 'onFiles'> {
  onStatus?(status: { readonly partitions: readonly PartitionEnd[] }): void;
}

type PartitionEnd = Pick<PartitionStatus, 'partition' | 'storedOffset'>;

/**
 * Off the query's path, one commit at a time. A commit that fails is logged and tried again; it never stops the query, and what is
 * not added before the process ends, the next one adds: it compares the table with how far its partitions are stored.
 * Without Parquet among the formats there is no table, and nothing is done.
 */
export function keepTable(options: TableOptions): TableKeeper {
  return options.formats.includes('parquet') ? new Keeper(options) : { listener: {}, close: async () => {} };
}

class Keeper implements TableKeeper {
  readonly #options: TableOptions;
  readonly #writer: TableWriter;
  readonly #checkpoints: CheckpointWriter;
  readonly #closing = new AbortController();
  #waiting = new Map<number, StoredFrontier>();
  /** The partitions that were compared when they came to this consumer. */
  #owned: ReadonlySet<number> = new Set();
  #working: Promise<void> | undefined;
  #checkpointing: Promise<void> | undefined;

  constructor(options: TableOptions) {
    const { query, hasExtra } = options;
    const { table } = query;
    this.#options = options;
    this.#checkpoints = new CheckpointWriter({ ...options, table });
    this.#writer = new TableWriter({
      ...options,
      table,
      columns: tableColumns(query, hasExtra),
      onCommit: (version) => this.#checkpoint(version),
    });
  }

  readonly listener: TableListener = {
    onFiles: (partition, files) =>
      this.#add(partition, { endOffset: files.endOffset, recent: [files] }, { waitMs: ROUND_MS }),
    onStatus: ({ partitions }) => {
      const owned = this.#owned;
      this.#owned = new Set(partitions.map(({ partition }) => partition));
      const taken = partitions.filter(({ partition }) => !owned.has(partition));
      for (const { partition, storedOffset } of taken)
        this.#add(partition, { endOffset: storedOffset, recent: [] }, { waitMs: 0 });
    },
  };

  readonly close: TableKeeper['close'] = async ({ budgetMs }) => {
    this.#closing.abort();
    const done = new AbortController();
    const ended = async (): Promise<void> => {
      await this.#working;
      await this.#checkpointing;
    };
    await Promise.race([ended(), this.#options.clock.sleep(budgetMs, done.signal)]);
    done.abort();
  };

  #add(partition: number, frontier: StoredFrontier, { waitMs }: { waitMs: number }): void {
    this.#waiting.set(partition, later(this.#waiting.get(partition), frontier));
    this.#working ??= this.#work(waitMs).finally(() => (this.#working = undefined));
  }

  /** Beside further commits, which may be many meanwhile: the next one that is due comes soon enough. */
  #checkpoint(version: number): void {
    if (this.#checkpointing !== undefined || !this.#checkpoints.isDue(version)) return;
    const { logger } = this.#options;
    this.#checkpointing = this.#checkpoints
      .write(version)
      .catch((error: unknown) =>
        logger.warn(
          { err: error, version },
          'the log of the table got no checkpoint; readers open it more slowly',
        ),
      )
      .finally(() => (this.#checkpointing = undefined));
  }

  async #work(waitMs: number): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#closing;
    for (let wait = waitMs; this.#waiting.size > 0; wait = ROUND_MS) {
      await clock.sleep(wait, signal);
      const isLast = signal.aborted;
      const taken = this.#waiting;
      this.#waiting = new Map();
      try {
        const files = await this.#writer.commit(taken);
        if (files > 0) logger.debug({ files }, 'files were added to the table');
      } catch (error) {
        logger.warn({ err: error }, 'files are stored, but could not be added to the table yet');
        if (isLast) return;
        for (const [partition, frontier] of this.#waiting)
          taken.set(partition, later(taken.get(partition), frontier));
        this.#waiting = taken;
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }
}

function later(earlier: StoredFrontier | undefined, { endOffset, recent }: StoredFrontier): StoredFrontier {
  if (earlier === undefined) return { endOffset, recent };
  const ranges: readonly StoredFiles[] = [...earlier.recent, ...recent];
  return {
    endOffset: endOffset > earlier.endOffset ? endOffset : earlier.endOffset,
    recent: ranges.slice(-MOST_WAITING),
  };
}
