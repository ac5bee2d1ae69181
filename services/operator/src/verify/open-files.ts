import type { ObjectStore } from '@client-tickets/micro-batch';
import {
  FORMATS,
  openParts,
  type FileParts,
  type ListedRange,
  type OpenPartsOptions,
} from '@client-tickets/results';

/** The files of a range, or why one is not read. */
export type OpenFiles = ReadonlyMap<string, FileParts | Error>;

/** How files are read: tests have smaller parts. */
export type PartOptions = Pick<OpenPartsOptions, 'partBytes'>;

export const NO_FILES: OpenFiles = new Map();

/**
 * Memory holds small files whole, and of each large one a part. One that was listed and is gone is left out. The size that was listed
 * decides whether a file is read at all.
 */
export async function openFiles(
  results: ObjectStore,
  { files }: ListedRange,
  options: PartOptions = {},
): Promise<OpenFiles> {
  const found = await Promise.all(
    files.map(async (file) => {
      const { first } = FORMATS[file.format];
      try {
        return [file.key, await openParts(results, file, { first, ...options })] as const;
      } catch (error) {
        if (error instanceof RangeError) return [file.key, error] as const;
        throw error;
      }
    }),
  );
  return new Map(found.flatMap(([key, file]) => (file === undefined ? [] : [[key, file] as const])));
}
