import type { ObjectStore } from '@client-tickets/micro-batch';
import type { DeclaredWindows } from './layout/declaration.ts';
import { CONTENT_TYPES, finalWindowsKey, RESULT_FORMATS } from './layout/result-keys.ts';
import { DAY_MS, finalDays, shownSince, type TableWindow } from './window-table.ts';
import { encodeFinalWindows } from './windows-file-body.ts';

/**
 * Puts the windows of each day that is over, once, although each consumer tries: final counts never change, so all consumers make
 * the same bytes, and the first stay. JSON comes last: where it is there, the day is whole.
 */
export class FinalWindows {
  readonly #file: DeclaredWindows;
  readonly #store: ObjectStore;
  /** Days that are there for sure. */
  readonly #put = new Set<string>();
  /** Days that begin before it, in milliseconds since the epoch, have been gone through. */
  #lookedUntil = -Infinity;
  #droppableUntil = -Infinity;

  constructor(file: DeclaredWindows, store: ObjectStore) {
    this.#file = file;
    this.#store = store;
  }

  /**
   * As `CountsPublisher` says. Days in which windows end by then are over, so they are there: each was put here, or before a window of it
   * was dropped.
   */
  get droppableUntil(): number {
    return this.#droppableUntil;
  }

  /** Whether a day is over by then that was not when `put` was last called; `until` as there. */
  isDayOver(until: number | undefined): boolean {
    return until !== undefined && startOfDay(until) > this.#lookedUntil;
  }

  /**
   * `until`: up to where windows are final. `prunedUntil`: windows that end at or before it may be missing from the table, so a day that
   * begins before it is left alone. Asks for the table only if a day is over that was not when it was last asked for. Rejects as the store
   * does.
   */
  async put(
    table: () => readonly TableWindow[],
    until: number | undefined,
    prunedUntil: number | undefined,
  ): Promise<void> {
    if (until === undefined) return;
    if (this.isDayOver(until)) {
      await this.#putDays(table(), until, prunedUntil);
      this.#lookedUntil = startOfDay(until);
    }
    this.#droppableUntil = Math.max(this.#droppableUntil, shownSince(this.#file, until));
  }

  async #putDays(
    table: readonly TableWindow[],
    until: number,
    prunedUntil: number | undefined,
  ): Promise<void> {
    for (const [date, windows] of finalDays(table, until)) {
      const isWhole = prunedUntil === undefined || Date.parse(date) >= prunedUntil;
      if (!isWhole || this.#put.has(date)) continue;
      for (const format of RESULT_FORMATS.toReversed()) {
        const key = finalWindowsKey(this.#file.name, date, format);
        const body = encodeFinalWindows(this.#file, windows, format);
        await this.#store.putIfAbsent(key, body, { contentType: CONTENT_TYPES[format] });
      }
      this.#put.add(date);
    }
  }
}

function startOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}
