import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { GrowingFile } from '@client-tickets/local-folder';
import { temporaryFolder } from './temporary-folder.ts';

const MEBIBYTE = 1024 * 1024;

/** What all file handles share, so that one of their methods can be watched, or made to fail. */
async function fileHandles(path: string) {
  const file = await open(path);
  const shared: Awaited<ReturnType<typeof open>> = Object.getPrototypeOf(file);
  await file.close();
  return shared;
}

afterEach(() => {
  vi.restoreAllMocks();
});

test('pieces lie one after the other, whatever becomes of their memory, and only their owner may read them', async () => {
  const path = join(temporaryFolder(), 'file');
  const file = await GrowingFile.create(path);
  const piece = Buffer.alloc(3 * MEBIBYTE);
  const expected: number[] = [];
  for (let number = 1; number <= 13; number += 1) {
    piece.fill(number);
    await file.append(piece);
    expected.push(number);
  }
  await file.finish();
  const content = await readFile(path);
  expect(content.length).toBe(13 * piece.length);
  expect(expected.map((_, index) => content[index * piece.length])).toEqual(expected);
  expect(content.filter((byte, at) => byte !== 1 + Math.floor(at / piece.length))).toHaveLength(0);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file is never begun in the place of another one', async () => {
  const path = join(temporaryFolder(), 'file');
  await (await GrowingFile.create(path)).close();
  await expect(GrowingFile.create(path)).rejects.toMatchObject({ code: 'EEXIST' });
});

test('the disk is told to write while more comes, and what it could not write fails the file', async () => {
  const folder = temporaryFolder();
  const file = await GrowingFile.create(join(folder, 'file'));
  const failure = Object.assign(new Error('EIO: as the test wants it'), { code: 'EIO' });
  const datasync = vi.spyOn(await fileHandles(folder), 'datasync').mockRejectedValueOnce(failure);
  const piece = Buffer.alloc(15 * MEBIBYTE);
  await file.append(piece);
  expect(datasync).not.toHaveBeenCalled();
  await file.append(piece);
  expect(datasync).toHaveBeenCalledOnce();
  await expect(file.finish()).rejects.toBe(failure);
  await file.close();
});
