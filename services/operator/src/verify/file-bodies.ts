import type { ObjectStore } from '@client-tickets/micro-batch';
import { checkFileSize, type ListedRange } from '@client-tickets/results';

/** The files of a range, or why one is not read. */
export type Bodies = ReadonlyMap<string, Uint8Array | Error>;

/** One that was listed and is gone is left out. The size that was listed decides whether a file is loaded at all. */
export async function getBodies(results: ObjectStore, { files }: ListedRange): Promise<Bodies> {
  const found = await Promise.all(
    files.map(async ({ key, size }) => {
      try {
        checkFileSize(size);
      } catch (error) {
        if (error instanceof RangeError) return [key, error] as const;
        throw error;
      }
      return [key, (await results.get(key))?.body] as const;
    }),
  );
  return new Map(found.flatMap(([key, body]) => (body === undefined ? [] : [[key, body] as const])));
}
