import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const call = promisify(execFile);

export async function mountSmallDisk(folder: string, bytes: number): Promise<void> {
  await call('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
}

export async function unmountDisk(folder: string): Promise<void> {
  await call('umount', [folder]);
}

/** Why no small disk can be mounted here. */
export async function missingDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
  try {
    await mountSmallDisk(folder, 65_536);
    await unmountDisk(folder);
    return undefined;
  } catch (error) {
    return `a small file system can't be mounted: ${error instanceof Error ? error.message.trim() : String(error)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
