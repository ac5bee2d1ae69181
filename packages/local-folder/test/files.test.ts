import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertNoLinks, createFile, makeFolder, openFile, readSmallFile, replaceFile } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const isWindows = process.platform === 'win32';
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('a folder', () => {
  it('is made with those above it, and found when it is there', async () => {
    const path = join(temporaryFolder(), 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path)]);
    await makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it.skipIf(isWindows)('is for its user alone, and one that was there keeps its mode', async () => {
    const above = temporaryFolder();
    const mode = modeOf(above);
    await makeFolder(join(above, 'a', 'b'));
    expect([modeOf(above), modeOf(join(above, 'a')), modeOf(join(above, 'a', 'b'))]).toEqual([
      mode,
      '700',
      '700',
    ]);
  });

  it('is refused below a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.platform === 'linux')('is refused where a file system makes none', async () => {
    await expect(makeFolder('/proc/client-tickets/data')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a file', () => {
  it.skipIf(isWindows)('is for its user alone, new or replaced', async () => {
    const folder = temporaryFolder();
    await createFile(join(folder, 'new'), 'a');
    writeFileSync(join(folder, 'old'), 'b', { mode: 0o644 });
    await replaceFile(join(folder, 'old'), 'c');
    expect([modeOf(join(folder, 'new')), modeOf(join(folder, 'old'))]).toEqual(['600', '600']);
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('c');
  });

  it('is created once', async () => {
    const path = join(temporaryFolder(), 'a');
    await createFile(path, 'first');
    await expect(createFile(path, 'second')).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(path, 'utf8')).toBe('first');
  });

  it.skipIf(isWindows)('is not reached through a link', async () => {
    const folder = temporaryFolder();
    const outside = join(temporaryFolder(), 'outside');
    writeFileSync(outside, 'untouched');
    symlinkSync(outside, join(folder, 'link'));
    await expect(readSmallFile(join(folder, 'link'))).rejects.toMatchObject({ code: 'ELOOP' });
    await replaceFile(join(folder, 'link'), 'new'); // takes the place of the link, not of what it leads to
    symlinkSync(outside, join(folder, `file.${process.pid}.draft`));
    await expect(replaceFile(join(folder, 'file'), 'new')).rejects.toMatchObject({ code: 'ELOOP' });
    expect(readFileSync(outside, 'utf8')).toBe('untouched');
  });

  it.skipIf(isWindows)('is not waited for when it is a pipe, and is no folder', async () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(openFile(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'ENOTFILE' });
    await expect(openFile(folder)).rejects.toMatchObject({ code: 'ENOTFILE' });
  });
});

describe.skipIf(isWindows)('the way down from a root', () => {
  it('has no link on it, wherever it is', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'a', 'b'), { recursive: true });
    writeFileSync(join(root, 'file'), '');
    await assertNoLinks(root, join(root, 'a', 'b', 'missing', 'c'));
    await assertNoLinks(root, join(root, 'file', 'below'));
    symlinkSync('/', join(root, 'a', 'link'));
    symlinkSync('/nowhere', join(root, 'dangling'));
    for (const path of ['a/link', 'a/link/etc/hostname', 'dangling', 'dangling/x']) {
      await expect(assertNoLinks(root, join(root, path))).rejects.toMatchObject({ code: 'ELOOP' });
    }
  });

  it('may begin with one', async () => {
    const link = join(temporaryFolder(), 'link');
    symlinkSync(temporaryFolder(), link);
    await expect(assertNoLinks(link, join(link, 'a'))).resolves.toBeUndefined();
  });
});
