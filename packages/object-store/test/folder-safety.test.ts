import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore } from '../src/index.ts';
import { all } from './object-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

async function open(folder: string): Promise<ObjectStore> {
  const store = await openObjectStore(folder);
  onTestFinished(() => store.close());
  return store;
}

describe.skipIf(process.platform === 'win32')('a local folder', () => {
  it('is for its user alone, all of it', async () => {
    const folder = join(temporaryFolder(), 'results');
    const store = await open(folder);
    await store.put('tickets/a.json', bytes('1'), { metadata: { v: '1' } });
    await store.putIfAbsent('counts/b.json', bytes('1'), { metadata: { v: '1' } });
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const modes = entries.map((entry) => {
      const mode = (statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8);
      return `${entry.isDirectory() ? 'folder' : 'file'} ${mode}`;
    });
    expect(new Set(modes)).toEqual(new Set(['folder 700', 'file 600']));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('reads, writes and deletes nothing through a symbolic link', async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'a.json'), 'outside');
    const folder = temporaryFolder();
    symlinkSync(outside, join(folder, 'tickets'));
    symlinkSync(join(outside, 'a.json'), join(folder, 'b.json'));
    symlinkSync('/nowhere', join(folder, 'dangling'));
    const store = await open(folder);
    for (const key of ['tickets/a.json', 'tickets/new/c.json', 'b.json', 'dangling/c.json']) {
      const refusal = {
        code: 'refused',
        message: expect.stringMatching(/is a symbolic link\)\. .*not followed/),
      };
      await expect(store.get(key)).rejects.toMatchObject(refusal);
      await expect(store.put(key, bytes('x'))).rejects.toMatchObject(refusal);
      await expect(store.putIfAbsent(key, bytes('x'))).rejects.toMatchObject(refusal);
      await expect(store.putIfMatch(key, bytes('x'), 'etag')).rejects.toMatchObject(refusal);
      await expect(store.delete(key)).rejects.toMatchObject(refusal);
    }
    expect(await all(store.list(''))).toEqual([]);
    expect(readdirSync(outside)).toEqual(['a.json']);
    expect(readFileSync(join(outside, 'a.json'), 'utf8')).toBe('outside');
  });

  it.each(['', 'locks', 'metadata', 'temporary'])(
    'is not opened when .object-store/%s is a link',
    async (name) => {
      const outside = temporaryFolder();
      mkdirSync(join(outside, 'temporary'));
      writeFileSync(join(outside, 'temporary', 'precious'), '');
      const folder = temporaryFolder();
      if (name !== '') mkdirSync(join(folder, '.object-store'));
      symlinkSync(outside, join(folder, '.object-store', name));
      await expect(open(folder)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('symbolic link'),
      });
      expect(readdirSync(outside, { recursive: true })).toEqual(['temporary', 'temporary/precious']);
    },
  );

  it('finds out in a swap that the object of the last swap was replaced or removed by hand', async () => {
    const folder = temporaryFolder();
    const store = await open(folder);
    const first = await store.putIfAbsent('a', bytes('1'), { metadata: { v: '1' } });
    const second = await store.putIfMatch('a', bytes('2'), first?.etag ?? '', { metadata: { v: '2' } });
    const copy = join(folder, 'copy');
    writeFileSync(copy, '3'); // as long as the other
    renameSync(copy, join(folder, 'a'));
    expect(await store.putIfMatch('a', bytes('4'), second?.etag ?? '')).toBeUndefined();
    const found = await store.get('a');
    expect(Buffer.from(found?.body ?? []).toString()).toBe('3');
    const third = await store.putIfMatch('a', bytes('4'), found?.etag ?? '');
    expect(await store.get('a')).toMatchObject({ etag: third?.etag, metadata: {} });
    rmSync(join(folder, 'a'));
    expect(await store.putIfMatch('a', bytes('5'), third?.etag ?? '')).toBeUndefined();
    expect(await store.get('a')).toBeUndefined();
  });

  it('takes a pipe for no object, without waiting for it', async () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const store = await open(folder);
    expect(await store.get('pipe')).toBeUndefined();
    expect(await all(store.list(''))).toEqual([]);
    await store.put('pipe', bytes('now an object'));
    expect(Buffer.from((await store.get('pipe'))?.body ?? []).toString()).toBe('now an object');
  });

  it('refuses user metadata that is a pipe', async () => {
    const folder = temporaryFolder();
    const store = await open(folder);
    await store.put('a', bytes('1'), { metadata: { v: '1' } });
    const metadata = join(folder, '.object-store', 'metadata');
    const path = join(metadata, readdirSync(metadata)[0] ?? '');
    execFileSync('rm', [path]);
    execFileSync('mkfifo', [path]);
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('is no file'),
    });
  });

  it.each([
    ['/proc/client-tickets', 'makes no new ones'],
    ['/dev/null/data', 'share a name'],
    ['/dev/null', 'share a name'],
  ])('is refused at once at %s', async (path, advice) => {
    await expect(open(path)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(new RegExp(`^file://${path}/: could not open the folder .*${advice}`)),
    });
  });
});
