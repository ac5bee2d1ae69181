import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore, type S3Options } from '@client-tickets/object-store';
import { mountSmallDisk, unmountDisk } from './small-disk.ts';

export type StorageKind = 's3' | 'folder';

/** Where one run keeps its results and checkpoints; nothing else is there. */
export interface RunLocation {
  readonly RESULTS_PATH: string;
  readonly CHECKPOINT_PATH: string;
  /** Results and checkpoints, to read, past any proxy. */
  open(): Promise<ObjectStore>;
  /** Leaves so many bytes of its disk. */
  fillDisk(leftBytes: number): Promise<void>;
  clearDisk(): Promise<void>;
  remove(): Promise<void>;
}

export async function createRunLocation(options: {
  readonly kind: StorageKind;
  readonly name: string;
  readonly bucket: string;
  readonly s3: S3Options;
  readonly diskBytes: number | undefined;
}): Promise<RunLocation> {
  const { kind, name, bucket, s3, diskBytes } = options;
  const folder = kind === 'folder' ? await mkdtemp(join(tmpdir(), `${name}-`)) : undefined;
  if (folder !== undefined && diskBytes !== undefined) await mountSmallDisk(folder, diskBytes);
  const base = folder ?? `s3a://${bucket}/${name}`;
  const ballast = join(folder ?? '', 'ballast');
  const clearDisk = (): Promise<void> => rm(ballast, { force: true });
  return {
    RESULTS_PATH: `${base}/results/`,
    CHECKPOINT_PATH: `${base}/checkpoints/`,
    open: () => openObjectStore(`${base}/`, { s3, readOnly: true }),
    fillDisk: async (leftBytes) => {
      if (folder === undefined || diskBytes === undefined) throw new Error('this run has no disk to fill');
      const { bavail, bsize } = await statfs(folder);
      const file = await open(ballast, 'w');
      try {
        await file.writeFile(Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)));
      } catch (error) {
        // The consumer has taken some of it meanwhile: full is full.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await file.close();
      }
    },
    clearDisk,
    remove: async () => {
      if (folder !== undefined) {
        if (diskBytes !== undefined) await unmountDisk(folder);
        await rm(folder, { recursive: true });
        return;
      }
      const store = await openObjectStore(`${base}/`, { s3 });
      for await (const { key } of store.list('')) await store.delete(key);
      await store.close();
    },
  };
}
