import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore } from '@client-tickets/object-store';

const env = process.env;

/** Real servers, where the environment names them. */
export const hasKafka = (env['KAFKA_BROKERS'] ?? '') !== '';
export const hasS3 = (env['AWS_ENDPOINT_URL_S3'] ?? '') !== '' && (env['S3_BUCKET'] ?? '') !== '';

/** Where one test keeps its results and checkpoints; nothing else is there. */
export interface TestLocation {
  readonly RESULTS_PATH: string;
  readonly CHECKPOINT_PATH: string;
  openResults(): Promise<ObjectStore>;
  remove(): Promise<void>;
}

/** A name that no other run uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

export async function createTestLocation(kind: 's3' | 'folder'): Promise<TestLocation> {
  const folder = kind === 'folder' ? await mkdtemp(join(tmpdir(), 'client-tickets-')) : undefined;
  const base = folder ?? `s3a://${env['S3_BUCKET']}/${uniqueName('e2e')}`;
  const s3 = {
    endpoint: env['AWS_ENDPOINT_URL_S3'],
    region: env['AWS_REGION'],
  };
  const open = (path: string, readOnly: boolean): Promise<ObjectStore> =>
    openObjectStore(path, { s3, readOnly });
  return {
    RESULTS_PATH: `${base}/results/`,
    CHECKPOINT_PATH: `${base}/checkpoints/`,
    openResults: () => open(`${base}/results/`, true),
    async remove() {
      if (folder !== undefined) {
        await rm(folder, { recursive: true });
        return;
      }
      const store = await open(`${base}/`, false);
      for await (const { key } of store.list('')) await store.delete(key);
      await store.close();
    },
  };
}
