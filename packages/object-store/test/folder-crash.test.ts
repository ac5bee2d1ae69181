import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '@client-tickets/micro-batch';
import { describe, expect, it } from 'vitest';
import { folderLayout } from '../src/folder/folder-layout.ts';
import { readObject } from '../src/folder/folder-object.ts';
import { openFolderStore } from '../src/folder/folder-store.ts';
import { readMetadataFile } from '../src/folder/metadata-file.ts';
import { openObjectStore, parseLocation, type FolderLocation } from '../src/index.ts';
import { faultyDisk, type FaultyDisk } from './faulty-disk.ts';
import { all } from './object-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

const KEY = 'ticket_counts/part-00000.json';

/** An object as text: `A{"v":"1"}`, or nothing. */
type State = string | undefined;

interface Change {
  readonly name: string;
  readonly before: (store: ObjectStore) => Promise<unknown>;
  readonly change: (store: ObjectStore) => Promise<unknown>;
}

const metadata = (v: string): { readonly metadata: { readonly v: string } } => ({ metadata: { v } });
const bytes = (text: string): Uint8Array => Buffer.from(text);
const put = (body: string, v?: string) => (store: ObjectStore) =>
  store.put(KEY, bytes(body), v === undefined ? {} : metadata(v));
const nothing = async (): Promise<void> => {};
/** Of an upload, in MiB: more than one part, of which the last stays in memory. */
const UPLOADED = 4;
const upload = (letter: string) => async (store: ObjectStore) => {
  const begun = store.beginUpload({ owner: 'partition-0' });
  try {
    for (let megabytes = 0; megabytes < UPLOADED; megabytes += 1)
      await begun.write(Buffer.alloc(2 ** 20, letter));
    await begun.complete(KEY);
  } catch (error) {
    await begun.abort();
    throw error;
  }
};

const changes: readonly Change[] = [
  { name: 'create', before: nothing, change: (store) => store.putIfAbsent(KEY, bytes('A'), metadata('1')) },
  { name: 'create without metadata', before: nothing, change: (store) => store.putIfAbsent(KEY, bytes('A')) },
  {
    name: 'swap',
    before: put('A', '1'),
    change: async (store) =>
      store.putIfMatch(KEY, bytes('B'), (await store.get(KEY))?.etag ?? '', metadata('2')),
  },
  { name: 'replace', before: put('A', '1'), change: put('B', '2') },
  { name: 'replace the metadata alone', before: put('A', '1'), change: put('A', '2') },
  { name: 'add metadata', before: put('A'), change: put('A', '1') },
  { name: 'add metadata with a new body', before: put('A'), change: put('B', '1') },
  { name: 'drop metadata', before: put('A', '1'), change: put('A') },
  { name: 'drop metadata with a new body', before: put('A', '1'), change: put('B') },
  {
    name: 'return to an older body',
    before: async (store) => {
      await put('A', '1')(store);
      await put('B', '2')(store);
    },
    change: put('A', '3'),
  },
  { name: 'create in parts', before: nothing, change: upload('A') },
  { name: 'replace in parts', before: put('A'), change: upload('B') },
  { name: 'delete', before: put('A', '1'), change: (store) => store.delete(KEY) },
];

describe('a folder store that dies in the middle of a change', () => {
  it.each(changes)(
    'holds the old object or the new one, at every step: $name',
    async ({ before, change }) => {
      const start = await prepared(before);
      const old = await stateOf(start);
      const whole = await copyOf(start);
      const steps = await apply(whole, change);
      const next = await stateOf(whole);
      expect(next).not.toBe(old);

      const seen = new Set<State>();
      for (const [step, what] of steps.entries()) {
        for (const half of /^(create|append) /.test(what) ? [false, true] : [false]) {
          const folder = await copyOf(start);
          await apply(folder, change, { step, half });
          const found = await stateOf(folder);
          expect([old, next]).toContain(found);
          seen.add(found);
          await apply(folder, change); // a new start does it again
          expect(await stateOf(folder)).toBe(next);
        }
      }
      expect(seen).toEqual(new Set([old, next]));
    },
  );

  it('holds one of three objects when it dies twice', async () => {
    const start = await prepared(put('A', '1'));
    for (let first = 0; first < 8; first++) {
      const once = await copyOf(start);
      await apply(once, put('B', '2'), { step: first, half: false });
      for (let second = 0; second < 8; second++) {
        const twice = await copyOf(once);
        await apply(twice, put('C', '3'), { step: second, half: false });
        expect(['A{"v":"1"}', 'B{"v":"2"}', 'C{"v":"3"}']).toContain(await stateOf(twice));
      }
    }
  });

  it('leaves nothing that a reader could take for data, and cleans up at the next opening', async () => {
    const folder = await prepared(nothing);
    await apply(folder, put('A', '1'), { step: 4, half: false });
    const everything = await readdir(folder.path, { recursive: true, withFileTypes: true });
    const visible = everything.filter((entry) => entry.isFile() && /\.(json|parquet)$/.test(entry.name));
    expect(visible).toEqual([]);
    const temporary = join(folder.path, '.object-store', 'temporary');
    expect(await readdir(temporary)).not.toEqual([]);
    await (await openObjectStore(folder)).close();
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe('a folder store', () => {
  it('makes each step durable before the next one', async () => {
    const folder = await prepared(put('A', '1'));
    const disk = faultyDisk(folder.path);
    const store = await openFolderStore(folder, { disk });
    disk.steps.length = 0;
    await put('B', '2')(store);
    await store.close();
    expect(disk.steps).toEqual([
      'create .object-store/temporary/*',
      'make ticket_counts',
      'create .object-store/temporary/*',
      'rename .object-store/temporary/* -> .object-store/metadata/#',
      'sync .object-store/metadata',
      `rename .object-store/temporary/* -> ${KEY}`,
      'sync ticket_counts',
    ]);
  });

  it('swaps in the same steps, and makes no folder: one is there', async () => {
    const folder = await prepared(put('A', '1'));
    const disk = faultyDisk(folder.path);
    const store = await openFolderStore(folder, { disk });
    const etag = (await store.get(KEY))?.etag ?? '';
    disk.steps.length = 0;
    await store.putIfMatch(KEY, bytes('B'), etag, metadata('2'));
    await store.close();
    expect(disk.steps).toEqual([
      'create .object-store/temporary/*',
      'create .object-store/temporary/*',
      'rename .object-store/temporary/* -> .object-store/metadata/#',
      'sync .object-store/metadata',
      `rename .object-store/temporary/* -> ${KEY}`,
      'sync ticket_counts',
    ]);
  });

  it('makes a file that came in parts durable before it gets its name', async () => {
    const folder = await prepared(nothing);
    const steps = await apply(folder, upload('A'));
    const parts = steps.slice(0, -4);
    expect(parts.length).toBeGreaterThan(1);
    expect(new Set(parts)).toEqual(new Set(['append .object-store/temporary/*']));
    expect(steps.slice(-4)).toEqual([
      'finish .object-store/temporary/*',
      'make ticket_counts',
      `rename .object-store/temporary/* -> ${KEY}`,
      'sync ticket_counts',
    ]);
  });

  it.each([0, 1, 2, 3])(
    'shows a reader the body and the metadata of one write when %d writes come in between',
    async (writes) => {
      const folder = await prepared(put('A', '1'));
      const writer = await openObjectStore(folder);
      const bodies = ['B', 'C', 'A'];
      const found = await readObject(folderLayout(folder.path), KEY, {
        readMetadata: async (path) => {
          for (const body of bodies.splice(0, writes)) await put(body, `after ${body}`)(writer);
          return readMetadataFile(path);
        },
      });
      // One write leaves the metadata of the old body in place; later ones make the reader start again.
      expect(textOf(found)).toBe(
        ['A{"v":"1"}', 'A{"v":"1"}', 'C{"v":"after C"}', 'A{"v":"after A"}'][writes],
      );
      await writer.close();
    },
  );
});

describe('a disk that fails', () => {
  const cases = [
    { code: 'ENOSPC', expected: 'refused', advice: 'disk is full' },
    { code: 'EDQUOT', expected: 'refused', advice: 'disk is full' },
    { code: 'EACCES', expected: 'refused', advice: 'permission' },
    { code: 'EROFS', expected: 'refused', advice: 'read-only' },
    { code: 'EIO', expected: 'unavailable', advice: 'system log' },
    { code: 'EBUSY', expected: 'unavailable', advice: '' },
    { code: 'EMFILE', expected: 'unavailable', advice: 'ulimit' },
  ];
  it.each(cases)(
    'with $code is $expected, leaves an object whole, and can be used again',
    async ({ code, expected, advice }) => {
      for (let step = 0; step < 12; step++) {
        const folder = await prepared(put('0', '0'));
        const disk = faultyDisk(folder.path);
        const store = await openFolderStore(folder, { disk });
        const first = (await store.get(KEY))?.etag ?? '';
        const { etag } = (await store.putIfMatch(KEY, bytes('A'), first, metadata('1'))) ?? { etag: '' };
        if (step >= 6) await put('A', '1')(store); // what the swap knew is forgotten
        disk.failAt(step % 6, { kind: 'error', code });
        await expect(store.putIfMatch(KEY, bytes('B'), etag, metadata('2'))).rejects.toMatchObject({
          code: expected,
          message: expect.stringMatching(new RegExp(`could not put-if-match ${KEY} .*${code}.*${advice}`)),
        });
        const found = await store.get(KEY);
        expect(['A{"v":"1"}', 'B{"v":"2"}']).toContain(textOf(found));
        expect(await store.putIfMatch(KEY, bytes('C'), found?.etag ?? '')).toBeDefined();
        expect(await readdir(join(folder.path, '.object-store', 'temporary'))).toEqual([]);
        await store.close();
      }
    },
  );
});

describe('a disk that fails under an upload', () => {
  it.each([0, 1, 2, 3])('shows none of it, keeps nothing, and takes the next one: step %d', async (step) => {
    const folder = await prepared(nothing);
    const disk = faultyDisk(folder.path);
    const store = await openFolderStore(folder, { disk });
    disk.failAt(step, { kind: 'error', code: 'ENOSPC' });
    await expect(upload('A')(store)).rejects.toMatchObject({ code: 'refused' });
    expect(await store.get(KEY)).toBeUndefined();
    expect(await readdir(join(folder.path, '.object-store', 'temporary'))).toEqual([]);
    await upload('B')(store);
    expect((await store.get(KEY))?.body.length).toBe(UPLOADED * 2 ** 20);
    await store.close();
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'shows all of it or nothing where it is tried again: step %d',
    async (step) => {
      const folder = await prepared(nothing);
      const disk = faultyDisk(folder.path);
      const store = await openFolderStore(folder, { disk, retry: { firstMs: 0, longestMs: 0 } });
      disk.failAt(step, { kind: 'error', code: 'EIO' });
      await upload('A')(store).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'unavailable' }),
      );
      expect([undefined, UPLOADED * 2 ** 20]).toContain((await store.get(KEY))?.body.length);
      await store.close();
    },
  );
});

async function prepared(before: Change['before']): Promise<FolderLocation> {
  const folder = at(temporaryFolder());
  await apply(folder, before);
  return folder;
}

/** Runs a change, or as much of it as is left when the process dies, and tells the steps that the disk made. */
async function apply(
  folder: FolderLocation,
  change: Change['change'],
  crash?: { readonly step: number; readonly half: boolean },
): Promise<readonly string[]> {
  const disk: FaultyDisk = faultyDisk(folder.path);
  const store = await openFolderStore(folder, { disk });
  disk.steps.length = 0;
  if (crash !== undefined) disk.failAt(crash.step, { kind: 'crash', half: crash.half });
  await change(store).catch((error: unknown) => {
    if (crash === undefined) throw error;
  });
  await store.close(); // gives the lock back, which a dead process would not; the lock has tests of its own
  return disk.steps;
}

async function copyOf(folder: FolderLocation): Promise<FolderLocation> {
  const copy = temporaryFolder();
  await cp(folder.path, copy, { recursive: true });
  await rm(join(copy, '.object-store', 'locks'), { recursive: true });
  return at(copy);
}

async function stateOf(folder: FolderLocation): Promise<State> {
  const store = await openObjectStore(folder);
  const found = await store.get(KEY);
  const listed = (await all(store.list(''))).map(({ key }) => key);
  await store.close();
  expect(listed).toEqual(found === undefined ? [] : [KEY]);
  return textOf(found);
}

function textOf(found: Awaited<ReturnType<ObjectStore['get']>>): State {
  return found && `${Buffer.from(found.body).toString()}${JSON.stringify(found.metadata)}`;
}

function at(path: string): FolderLocation {
  const location = parseLocation(path);
  if (location.kind !== 'folder') throw new Error(`${path} is no folder`);
  return location;
}
