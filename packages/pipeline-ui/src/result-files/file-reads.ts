import type { ObjectStore } from '@client-tickets/micro-batch';
import { ApiError } from '../api/api-error.ts';

/**
 * Reads of result files for people who look. Files are read whole, so few at a time: what that takes of memory is bounded
 * by `MOST_AT_ONCE * MOST_BYTES`, however many ask.
 */
export interface FileReads {
  /** Runs `work`, which may read one file after the other, when it is its turn. Throws `ApiError` `busy`. */
  inTurn<T>(work: (read: (key: string) => Promise<Uint8Array | undefined>) => Promise<T>): Promise<T>;
}

export const MOST_BYTES = 64 * 1024 * 1024;
const MOST_AT_ONCE = 2;
const MOST_WAITING = 16;

export function createFileReads(results: ObjectStore): FileReads {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function enter(): Promise<void> {
    if (running < MOST_AT_ONCE) {
      running += 1;
      return;
    }
    if (waiting.length >= MOST_WAITING) {
      throw new ApiError(
        'busy',
        'too many are reading result files at the moment; try again in a few seconds',
      );
    }
    await new Promise<void>((resolve) => waiting.push(resolve)); // the one that leaves hands over its place
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async inTurn(work) {
      await enter();
      try {
        return await work(async (key) => (await results.get(key, { mostBytes: MOST_BYTES }))?.body);
      } finally {
        leave();
      }
    },
  };
}
