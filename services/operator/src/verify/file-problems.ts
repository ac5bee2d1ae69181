import { ObjectStoreError } from '@client-tickets/micro-batch';
import { FileReplacedError, type ListedFile } from '@client-tickets/results';
import type { Difference, DifferenceCode } from './difference.ts';

/** What is wrong with the files of a range: for each, the first thing that was found. */
export class FileProblems {
  readonly #found = new Map<string, Difference>();

  add({ partition, range: offsets, key }: ListedFile, code: DifferenceCode, what: string): void {
    if (!this.#found.has(key))
      this.#found.set(key, { code, partition, offsets, key, message: `${key}: ${what}` });
  }

  /** The file can't be read to its end. Throws what the store has rejected with, which says nothing of the file. */
  damaged(file: ListedFile, error: unknown): void {
    if (error instanceof ObjectStoreError) throw error;
    if (error instanceof FileReplacedError) {
      this.add(file, 'file_replaced', REPLACED);
      return;
    }
    this.add(
      file,
      'file_damaged',
      `can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  get differences(): readonly Difference[] {
    return [...this.#found.values()];
  }
}

const REPLACED =
  'was replaced or deleted while it was read, so it proves nothing; files that are finished never change. Run this again';
