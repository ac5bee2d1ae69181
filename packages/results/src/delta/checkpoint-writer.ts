import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import { encodeCheckpoint, MOST_ACTIONS } from './checkpoint-file.ts';
import { CheckpointLog } from './checkpoint-log.ts';
import { cleanLog } from './clean-log.ts';
import { checkWritable } from './commit.ts';
import { CommitLog, type TableName } from './commit-log.ts';
import { removalRetention } from './retention.ts';
import { TableState } from './table-state.ts';

/**
 * A checkpoint every so many versions. Spark's 10 suits tables that are committed to by the hour; here a commit comes every minute, or
 * every second, and each checkpoint names all files of the table. 100 commits are what a reader reads in a second or less.
 */
const EVERY = 100;

/**
 * How many actions of checkpoints a commit pays for at most, 40 µs each: a table of 100,000 files has one every 1,000 versions, and
 * readers read 1% more files than it has.
 */
const ACTIONS_PER_COMMIT = 100;

export interface CheckpointOptions extends TableName {
  readonly results: ObjectStore;
  readonly clock: Clock;
  /** Default: 100. */
  readonly checkpointEvery?: number;
}

/**
 * Keeps the log of a table fast to open, and short.
 *
 * The writer that commits a version that is a multiple of 100 calls `write`. It puts together what all commits up to that version say: the newest
 * checkpoint and what came after it. The file is put if absent, then `_last_checkpoint` names it, and then what is older than the log is
 * kept for is deleted. Any of it may be left out by a crash: readers are slower until the next one, and see the same.
 */
export class CheckpointWriter {
  readonly #options: CheckpointOptions;
  readonly #commits: CommitLog;
  readonly #checkpoints: CheckpointLog;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#commits = new CommitLog(options.results, options);
    this.#checkpoints = new CheckpointLog(options.results, options.table);
  }

  isDue(version: number): boolean {
    return version > 0 && version % (this.#options.checkpointEvery ?? EVERY) === 0;
  }

  /** Unless the newest is of too many files to be written again so soon. Rejects as the store does, or with an `Error` that says why there is none. */
  async write(version: number): Promise<void> {
    const { clock } = this.#options;
    const newest = await this.#checkpoints.newest();
    if (newest !== undefined && newest.size > ACTIONS_PER_COMMIT * (version - newest.version)) return;
    const state = await this.#stateAt(version);
    if (state === undefined) return;
    const file = await encodeCheckpoint(state.actions(clock.now() - removalRetention(state.metaData)));
    await this.#checkpoints.write(version, file);
    if ((await this.#commits.readActions(version)) === undefined) {
      await this.#checkpoints.delete(version); // the log was deleted meanwhile, and what begins now must not be taken for older
      return;
    }
    await this.#checkpoints.announce(version, file, state.files.size);
    await cleanLog(this.#options, state.metaData);
  }

  /** `undefined`: there is a newer checkpoint. */
  async #stateAt(version: number): Promise<TableState | undefined> {
    const checkpoint = await this.#checkpoints.readNewest();
    if (checkpoint !== undefined && checkpoint.version >= version) return undefined;
    const state = new TableState();
    state.apply(checkpoint?.actions ?? []);
    for (let next = (checkpoint?.version ?? -1) + 1; next <= version; next += 1) {
      const actions = await this.#commits.readActions(next);
      if (actions === undefined) {
        const problem = await this.#checkpoints.problem();
        const why = problem === undefined ? '' : `; ${problem}`;
        throw new RangeError(
          `${this.#commits.location} was expected to hold version ${next}, and does not${why}`,
        );
      }
      state.apply(actions);
      checkSize(this.#commits.location, state);
    }
    checkWritable(this.#commits.location, { needsWriterVersion: state.protocol?.minWriterVersion ?? 0 });
    return state;
  }
}

function checkSize(location: string, { files, removed, txns }: TableState): void {
  const size = files.size + removed.size + txns.size;
  if (size < MOST_ACTIONS) return;
  throw new RangeError(
    `${location} names more than ${MOST_ACTIONS} files: no checkpoint is made of so many, and readers open the table slowly. ` +
      'Merge small files with `tickets optimize`, and see RESULTS_ROLLOVER_INTERVAL for fewer of them.',
  );
}
