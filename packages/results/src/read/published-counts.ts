import type { ObjectStore } from '@client-tickets/micro-batch';
import { z } from 'zod';
import { parseEndOffsets, parseStoredOffsets, type EndOffsets } from '../layout/end-offsets.ts';
import type { DeclaredCounts } from '../layout/declaration.ts';
import { countsKey } from '../layout/result-keys.ts';
import { readJsonLines } from './read-json-lines.ts';
import { READ_LIMITS } from './read-limits.ts';

/**
 * - `missing`: there is no such file.
 * - `damaged`: it can't be read, and why.
 * - `read`: its counts, up to which offset of each partition they count, and up to which files were stored at least by then; without
 *   `endOffsets` and `storedOffsets` the file does not say.
 */
export type PublishedCounts = { readonly file: DeclaredCounts; readonly key: string } & (
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly problem: string }
  | {
      readonly kind: 'read';
      readonly counts: Readonly<Record<string, number>>;
      readonly endOffsets: EndOffsets | undefined;
      readonly storedOffsets: EndOffsets | undefined;
    }
);

/** The counts that readers see, of each file that is declared. Rejects as the store does. */
export function readPublishedCounts(
  results: Pick<ObjectStore, 'get'>,
  files: readonly DeclaredCounts[],
): Promise<readonly PublishedCounts[]> {
  return Promise.all(
    files.map(async (file): Promise<PublishedCounts> => {
      const key = countsKey(file.name);
      const object = await results.get(key, { mostBytes: READ_LIMITS.countsBytes });
      if (object === undefined) return { file, key, kind: 'missing' };
      try {
        const counts = readCounts(object.body, file);
        const { metadata } = object;
        const storedOffsets = parseStoredOffsets(metadata);
        return { file, key, kind: 'read', counts, endOffsets: parseEndOffsets(metadata), storedOffsets };
      } catch (error) {
        return {
          file,
          key,
          kind: 'damaged',
          problem: error instanceof Error ? error.message : String(error),
        };
      }
    }),
  );
}

/** Throws a `RangeError` that says where it is no such file. */
export function readCounts(
  body: Uint8Array,
  { column, countColumn }: Pick<DeclaredCounts, 'column' | 'countColumn'>,
): Readonly<Record<string, number>> {
  const schema = z.strictObject({ [column]: z.string(), [countColumn]: z.int().nonnegative() });
  const counts = new Map<string, number>();
  let line = 0;
  for (const { value } of readJsonLines(body, new Set([column, countColumn]))) {
    line += 1;
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new RangeError(`line ${line}: ${z.prettifyError(parsed.error)}`);
    const name = String(parsed.data[column]);
    if (counts.has(name)) throw new RangeError(`line ${line}: ${name} is there twice`);
    counts.set(name, Number(parsed.data[countColumn]));
  }
  return Object.fromEntries(counts);
}
