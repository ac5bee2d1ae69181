import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Creates a folder with those above it, durably. */
export async function makeFolder(path: string): Promise<void> {
  const highest = await mkdir(path, { recursive: true });
  if (highest === undefined) return;
  for (let folder = path; folder.length >= highest.length; folder = dirname(folder))
    await syncFolder(dirname(folder));
}

/** Puts a whole new content in the place of a file, durably. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content, { flush: true });
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Makes the names in a folder durable, which the sync of a file does not. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; NTFS journals the names by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
