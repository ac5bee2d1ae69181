import type { Commit, TableEnds } from './commit.ts';

/** What a Delta Lake table is made of. */
export interface ResultTable {
  readonly version: number;
  /** Size in bytes by key. */
  readonly files: ReadonlyMap<string, number>;
  /** When each was added, in milliseconds since the epoch. */
  readonly addedAt: ReadonlyMap<string, number>;
  /** Files that are in it no more, and when they were removed, as far as its log remembers them. */
  readonly removedAt: ReadonlyMap<string, number>;
  /** Keys that were added while they were there already, after the newest checkpoint. */
  readonly addedAgain: readonly string[];
  readonly ends: TableEnds;
  /** The version of Delta's rules for writers that it is to be written by; 0 where the log does not say. */
  readonly needsWriterVersion: number;
}

/** A table as its commits come. */
export class FoldedTable implements ResultTable {
  version = -1;
  readonly files = new Map<string, number>();
  readonly addedAt = new Map<string, number>();
  readonly removedAt = new Map<string, number>();
  readonly addedAgain: string[] = [];
  ends: TableEnds = new Map();
  needsWriterVersion = 0;

  apply(version: number, { removed, added, ends, needsWriterVersion }: Commit): void {
    this.version = version;
    if (needsWriterVersion > 0) this.needsWriterVersion = needsWriterVersion;
    for (const { key, at } of removed) {
      this.files.delete(key);
      this.addedAt.delete(key);
      this.removedAt.set(key, at);
    }
    for (const { key, size, at } of added) {
      if (this.files.has(key)) this.addedAgain.push(key);
      this.files.set(key, size);
      this.addedAt.set(key, at);
      this.removedAt.delete(key);
    }
    if (ends.size > 0) this.ends = ends;
  }
}
