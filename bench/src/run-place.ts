import type { ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore, parseLocation } from '@client-tickets/object-store';
import { readPublishedCounts } from '@client-tickets/results';
import { ticketQuery } from '@client-tickets/tickets';
import { InvalidArgumentError } from 'commander';

export type PlaceKind = 'folder' | 's3';

/** What is published: tickets by type, and for each partition the offset up to which they are counted. */
export interface PublishedCounts {
  readonly byType: Readonly<Record<string, number>>;
  readonly ends: ReadonlyMap<string, number>;
}

/** Where a consumer of the benchmark puts results and checkpoints, and what others see there. */
export interface RunPlace {
  readonly kind: PlaceKind;
  /** For tables. */
  readonly title: string;
  readonly results: string;
  readonly checkpoints: string;
  /** As any reader would; `undefined` before there are any. */
  readCounts(): Promise<PublishedCounts | undefined>;
  /** Of all files of the checkpoint, in bytes. */
  checkpointBytes(): Promise<number>;
  /** All that is there now. */
  resultObjects(): Promise<readonly { readonly key: string; readonly size: number }[]>;
  /** Takes away what is not in the run's folder. */
  remove(): Promise<void>;
}

const REMOVED_AT_ONCE = 32;

/** `folder` is the run's own; on S3 it is `S3_BUCKET` of the environment, under `id`. */
export function runPlace(kind: PlaceKind, run: { readonly folder: string; readonly id: string }): RunPlace {
  const base = kind === 'folder' ? run.folder : `s3://${process.env['S3_BUCKET'] ?? ''}/bench/${run.id}`;
  const [results, checkpoints] = [`${base}/results/`, `${base}/checkpoints/`];
  const open = (location: string, readOnly: boolean): Promise<ObjectStore> =>
    openObjectStore(parseLocation(location), {
      readOnly,
      s3: { endpoint: process.env['AWS_ENDPOINT_URL_S3'] },
    });
  let opened: ObjectStore | undefined;
  return {
    kind,
    title: kind === 'folder' ? 'a local folder' : 'local S3',
    results,
    checkpoints,
    readCounts: async () => {
      opened ??= await open(results, true);
      // One file of counts: the others would cost the server that is measured three times as many requests.
      const [counts] = await readPublishedCounts(opened, ticketQuery.countsFiles.slice(0, 1));
      if (counts?.kind === 'damaged') throw new Error(`${counts.key}: ${counts.problem}`);
      if (counts?.kind !== 'read') return undefined;
      const ends = [...(counts.endOffsets ?? [])].map(
        ([partition, end]) => [String(partition), Number(end)] as const,
      );
      return { byType: counts.counts, ends: new Map(ends) };
    },
    checkpointBytes: async () =>
      (await listAll(await open(checkpoints, true))).reduce((sum, { size }) => sum + size, 0),
    resultObjects: async () => listAll(await open(results, true)),
    remove: async () => {
      await opened?.close();
      if (kind === 's3') await removeAll(await open(`${base}/`, false));
    },
  };
}

/** Why results can't be on S3 here; `undefined`: they can. */
export function missingS3(): string | undefined {
  const missing = ['AWS_ENDPOINT_URL_S3', 'S3_BUCKET'].filter((name) => process.env[name] === undefined);
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not set`;
}

/** Whether results can be on S3 here; if not, it has been said why, and the exit code is set. */
export function hasS3(): boolean {
  const reason = missingS3();
  if (reason === undefined) return true;
  process.stderr.write(`${reason}\n`);
  process.exitCode = 2;
  return false;
}

/** The kinds that there are here. */
export function availablePlaces(): readonly PlaceKind[] {
  return missingS3() === undefined ? ['folder', 's3'] : ['folder'];
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

/** Closes the store, too. */
async function listAll(
  store: ObjectStore,
): Promise<readonly { readonly key: string; readonly size: number }[]> {
  try {
    const objects = [];
    for await (const object of store.list('')) objects.push(object);
    return objects;
  } finally {
    await store.close();
  }
}

async function removeAll(store: ObjectStore): Promise<void> {
  try {
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE)
      await Promise.all(keys.slice(at, at + REMOVED_AT_ONCE).map((key) => store.delete(key)));
  } finally {
    await store.close();
  }
}
