import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import { CheckpointLog } from './checkpoint-log.ts';
import {
  agree,
  checkWritable,
  commitOf,
  encodeCommit,
  type TableEnds,
  type TableIdentity,
} from './commit.ts';
import { CommitLog } from './commit-log.ts';
import { findMissing, type StoredFrontier } from './missing-files.ts';
import type { TableFile } from './table-file.ts';

const MOST_ATTEMPTS = 20;
/** Of one commit; a log that was lost is made good in several. */
const MOST_FILES = 1_000;

export interface TableWriterOptions extends TableIdentity {
  readonly results: ObjectStore;
  readonly clock: Clock;
  /** The id of a table that is begun: a UUID. */
  readonly newId: () => string;
  /** Called with each version that was written here. */
  readonly onCommit?: (version: number) => void;
}

interface Known {
  /** -1: there is none. */
  readonly version: number;
  readonly ends: TableEnds;
}

/** Files of one partition that follow each other, and how far the partition is in the table with the last of them. */
interface Part {
  readonly partition: number;
  readonly files: readonly TableFile[];
  readonly end: bigint;
}

/**
 * Adds result files to a Delta Lake table, each once, however many writers there are and however their requests end.
 *
 * The log itself says how far each partition is in it: `txn` with an end offset, in every commit. A commit adds what lies between
 * that end and a stored frontier, and moves the end. It is put if absent as the version after the one whose ends
 * it was made of, so it is there if and only if nothing has come between. A put that is lost, or whose answer is, needs no
 * reading back: the version is there or not when the next put asks for it, and what is there is read before anything else is written.
 */
export class TableWriter {
  readonly #options: TableWriterOptions;
  readonly #log: CommitLog;
  readonly #checkpoints: CheckpointLog;
  #known: Known | undefined;

  constructor(options: TableWriterOptions) {
    this.#options = options;
    this.#log = new CommitLog(options.results, options);
    this.#checkpoints = new CheckpointLog(options.results, options.table);
  }

  /**
   * Adds all files up to these frontiers that the table does not hold. Resolves with the number of files that were added here. Rejects
   * as the store does, and with an `Error` when the log is not one that is written here.
   */
  async commit(frontiers: ReadonlyMap<number, StoredFrontier>): Promise<number> {
    const rowsOf = new Map<string, number | undefined>();
    let added = 0;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const known = (this.#known = await this.#stillThere());
      const { parts, isAll } = await this.#plan(known.ends, frontiers, rowsOf);
      if (parts.length === 0) return added;
      const files = parts.flatMap((part) => part.files);
      const ends = new Map(known.ends);
      for (const { partition, end } of parts) ends.set(partition, end);
      if (await this.#write(known.version + 1, files, ends)) {
        this.#known = { version: known.version + 1, ends };
        this.#options.onCommit?.(known.version + 1);
        added += files.length;
        if (isAll) return added;
        attempt = 0;
      } else {
        this.#known = await this.#readNewer(known);
      }
    }
    throw new Error(`${this.#log.location}: others were first ${MOST_ATTEMPTS} times in a row`);
  }

  async #plan(
    ends: TableEnds,
    frontiers: ReadonlyMap<number, StoredFrontier>,
    rowsOf: Map<string, number | undefined>,
  ): Promise<{ readonly parts: readonly Part[]; readonly isAll: boolean }> {
    const { results, table } = this.#options;
    const parts: Part[] = [];
    let room = MOST_FILES;
    for (const [partition, frontier] of frontiers) {
      const from = ends.get(partition);
      if (from !== undefined && from >= frontier.endOffset) continue;
      const missing = await findMissing(results, table, partition, from, frontier, rowsOf);
      if (from === undefined && missing.length === 0) continue; // no reason to begin a table
      const files = missing.slice(0, room);
      const last = files.at(-1);
      if (files.length < missing.length) {
        if (last !== undefined) parts.push({ partition, files, end: last.range.endOffset });
        return { parts, isAll: false };
      }
      parts.push({ partition, files, end: frontier.endOffset });
      room -= files.length;
    }
    return { parts, isAll: true };
  }

  #write(version: number, files: readonly TableFile[], ends: TableEnds): Promise<boolean> {
    const { clock, newId } = this.#options;
    const commit = { files, ends, at: clock.now() };
    return this.#log.write(version, encodeCommit(this.#options, commit, version === 0 ? newId() : undefined));
  }

  /** What is known, unless the log has been deleted since: a commit on top of nothing would make a table that can't be read. */
  async #stillThere(): Promise<Known> {
    const known = this.#known;
    if (known === undefined) return this.#readNewest();
    const last = known.version === -1 ? undefined : await this.#log.read(known.version);
    const isThere = last === undefined ? known.version === -1 : agree(last.ends, known.ends);
    return isThere ? known : this.#readNewest();
  }

  /** From the end back to the newest commit of this pipeline, or to the newest checkpoint: it names all ends. */
  async #readNewest(): Promise<Known> {
    const start = (await this.#checkpoints.newest())?.version ?? -1;
    const newest = (await this.#log.versions(start + 1)).at(-1) ?? start;
    for (let version = newest; version >= 0; version -= 1) {
      const commit = await this.#log.read(version);
      if (commit === undefined) break;
      checkWritable(this.#log.location, commit);
      if (commit.ends.size > 0) return { version: newest, ends: commit.ends };
    }
    if (newest === -1) return { version: -1, ends: new Map() };
    const checkpoint = await this.#checkpoints.readNewest();
    const all = commitOf(this.#options, checkpoint?.actions ?? []);
    checkWritable(this.#log.location, all);
    if (all.ends.size > 0) return { version: newest, ends: all.ends };
    throw new RangeError(
      `${this.#log.location} has versions up to ${newest}, but none that is left names the offsets of ${this.#options.topic}: ` +
        'it was made by another program, or its older versions are gone. Delete that folder, and it is written again from the files.',
    );
  }

  async #readNewer(known: Known): Promise<Known> {
    let { version, ends } = known;
    for (;;) {
      const commit = await this.#log.read(version + 1);
      if (commit === undefined) return { version, ends };
      checkWritable(this.#log.location, commit);
      version += 1;
      if (commit.ends.size > 0) ends = commit.ends;
    }
  }
}
