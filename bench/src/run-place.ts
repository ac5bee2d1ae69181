import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openObjectStore, parseLocation } from '@client-tickets/object-store';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

export type PlaceKind = 'folder' | 's3';

/** Where a consumer of the benchmark puts results and checkpoints. */
export interface RunPlace {
  readonly kind: PlaceKind;
  /** For tables. */
  readonly title: string;
  readonly results: string;
  readonly checkpoints: string;
  /** The published counts by type; `undefined` before there are any. */
  readCounts(): Promise<Readonly<Record<string, number>> | undefined>;
  /** Of all files of the checkpoint, in bytes. */
  checkpointBytes(): Promise<number>;
  /** Takes away what is not in the run's folder. */
  remove(): Promise<void>;
}

const COUNTS = 'ticket_counts/part-00000.json';
const lineSchema = z.object({ type: z.string(), ticket_count: z.number() });

/** `folder` is the run's own; on S3 it is `S3_BUCKET` of the environment, under `id`. */
export function runPlace(kind: PlaceKind, run: { readonly folder: string; readonly id: string }): RunPlace {
  if (kind === 'folder') return folderPlace(run.folder);
  return s3Place(`s3://${process.env['S3_BUCKET'] ?? ''}/bench/${run.id}`);
}

/** Why results can't be on S3 here; `undefined`: they can. */
export function missingS3(): string | undefined {
  const missing = ['AWS_ENDPOINT_URL_S3', 'S3_BUCKET'].filter((name) => process.env[name] === undefined);
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not set`;
}

/** The kinds that there are here. */
export function availablePlaces(): readonly PlaceKind[] {
  return missingS3() === undefined ? ['folder', 's3'] : ['folder'];
}

function folderPlace(folder: string): RunPlace {
  const [results, checkpoints] = [join(folder, 'results/'), join(folder, 'checkpoints/')];
  return {
    kind: 'folder',
    title: 'a local folder',
    results,
    checkpoints,
    // Read as a file: the consumer holds the lock of the store.
    readCounts: async () => {
      try {
        return countsOf(await readFile(join(results, COUNTS), 'utf8'));
      } catch {
        return undefined; // not there yet
      }
    },
    checkpointBytes: async () => {
      const files = await readdir(checkpoints, { recursive: true, withFileTypes: true });
      const sizes = files
        .filter((file) => file.isFile() && file.name.endsWith('.json'))
        .map(async (file) => (await stat(join(file.parentPath, file.name))).size);
      return sum(await Promise.all(sizes));
    },
    remove: async () => {},
  };
}

function s3Place(location: string): RunPlace {
  const open = (below: string) =>
    openObjectStore(parseLocation(`${location}/${below}`), {
      s3: { endpoint: process.env['AWS_ENDPOINT_URL_S3'] },
    });
  return {
    kind: 's3',
    title: 'local S3',
    results: `${location}/results/`,
    checkpoints: `${location}/checkpoints/`,
    readCounts: async () => {
      const store = await open('results/');
      try {
        const found = await store.get(COUNTS);
        return found && countsOf(Buffer.from(found.body).toString());
      } finally {
        await store.close();
      }
    },
    checkpointBytes: async () => {
      const store = await open('checkpoints/');
      try {
        const sizes: number[] = [];
        for await (const { size } of store.list('')) sizes.push(size);
        return sum(sizes);
      } finally {
        await store.close();
      }
    },
    remove: async () => {
      const store = await open('');
      try {
        const keys: string[] = [];
        for await (const { key } of store.list('')) keys.push(key);
        for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE)
          await Promise.all(keys.slice(at, at + REMOVED_AT_ONCE).map((key) => store.delete(key)));
      } finally {
        await store.close();
      }
    },
  };
}

const REMOVED_AT_ONCE = 32;

function countsOf(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const { type, ticket_count } = lineSchema.parse(JSON.parse(line));
      return [type, ticket_count];
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** `folder`, `s3` or both separated by a comma. Throws what commander shows. */
export function placesOption(given: string): readonly PlaceKind[] {
  return given.split(',').map((each) => {
    const kind = each.trim();
    if (kind === 'folder') return kind;
    if (kind === 's3') {
      const reason = missingS3();
      if (reason === undefined) return kind;
      throw new InvalidArgumentError(reason);
    }
    throw new InvalidArgumentError(`expected folder, s3 or both, found ${given}`);
  });
}
