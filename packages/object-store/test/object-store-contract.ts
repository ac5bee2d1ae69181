import {
  ObjectStoreError,
  type ListedObject,
  type ObjectStore,
  type Upload,
} from '@client-tickets/micro-batch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeConditionalWrites } from '../src/index.ts';

export interface ContractSubject {
  /** Empty, and used by nothing else. */
  readonly open: () => Promise<ObjectStore>;
  /** How many writers race for one key. */
  readonly racers: number;
  /** Why it can't be tested here. */
  readonly skipped?: string | undefined;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** What S3 and a local folder have in common. */
export function describeObjectStore(name: string, { open, racers, skipped }: ContractSubject): void {
  if (skipped !== undefined) console.warn(`${name} is not tested: ${skipped}`);
  describe.skipIf(skipped !== undefined)(`${name} as an object store`, () => {
    let store: ObjectStore;
    let number = 0;
    /** A folder of its own for each test. */
    const fresh = (): string => `contract-${++number}/`;

    beforeAll(async () => {
      store = await open();
    });
    afterAll(async () => {
      for (const { key } of await all(store.list(''))) await store.delete(key);
      await store.close();
    });

    const textOf = async (key: string): Promise<string | undefined> => {
      const found = await store.get(key);
      return found === undefined ? undefined : Buffer.from(found.body).toString();
    };

    it('names its location with a scheme and a final slash', () => {
      expect(store.location).toMatch(/^(s3|s3a|file):\/\/.*\/$/);
    });

    it('gives back nothing for a key that was never written, whatever lies around it', async () => {
      const at = fresh();
      await store.put(`${at}folder/object`, bytes('x'));
      expect(await store.get(`${at}missing`)).toBeUndefined();
      expect(await store.get(`${at}folder`)).toBeUndefined();
      expect(await store.get(`${at}folder/object/below`)).toBeUndefined();
    });

    it('creates and replaces with put, and a repeated put changes nothing', async () => {
      const key = `${fresh()}a.json`;
      await store.put(key, bytes('one'));
      expect(await textOf(key)).toBe('one');
      await store.put(key, bytes('two'));
      const etag = (await store.get(key))?.etag;
      await store.put(key, bytes('two'));
      expect(await store.get(key)).toMatchObject({ etag, metadata: {} });
      expect(await textOf(key)).toBe('two');
    });

    it('keeps an empty body', async () => {
      const key = `${fresh()}empty`;
      await store.put(key, new Uint8Array());
      expect((await store.get(key))?.body).toHaveLength(0);
    });

    it('reads no object that is larger than asked for, and names key, size and limit', async () => {
      const key = `${fresh()}large`;
      await store.put(key, Buffer.alloc(100_000));
      await expect(store.get(key, { mostBytes: 99_999 })).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(
          new RegExp(`^${store.location}${key} has 100000 bytes, at most 99999`),
        ),
      });
      expect((await store.get(key, { mostBytes: 100_000 }))?.body).toHaveLength(100_000);
      expect(await store.get(`${key}r`, { mostBytes: 0 })).toBeUndefined();
    });

    describe('a part', () => {
      it('is just the bytes that were asked for, as far as there are some', async () => {
        const key = `${fresh()}digits`;
        await store.put(key, bytes('0123456789'));
        const part = async (start: number, end: number): Promise<unknown> => {
          const found = await store.getPart(key, { start, end });
          return found && [Buffer.from(found.body).toString(), found.size];
        };
        expect(await part(0, 1)).toEqual(['0', 10]);
        expect(await part(3, 7)).toEqual(['3456', 10]);
        expect(await part(9, 10)).toEqual(['9', 10]);
        expect(await part(8, 1_000)).toEqual(['89', 10]);
        expect(await part(0, 1_000)).toEqual(['0123456789', 10]);
        expect(await part(10, 11)).toBeUndefined();
        expect(await store.getPart(`${key}r`, { start: 0, end: 1 })).toBeUndefined();
        await store.put(key, new Uint8Array());
        expect(await part(0, 1)).toBeUndefined();
      });

      it('is of the same object as an earlier one, or of none', async () => {
        const key = `${fresh()}replaced`;
        await store.put(key, bytes('one and a half'));
        const version = (await store.getPart(key, { start: 0, end: 3 }))?.version ?? '';
        const rest = { start: 4, end: 14, version };
        expect(await store.getPart(key, rest)).toMatchObject({ size: 14, version });
        await store.put(key, bytes('two and a half'));
        expect(await store.getPart(key, rest)).toBeUndefined();
        const { version: _, ...whichever } = rest;
        const other = await store.getPart(key, whichever);
        expect(other?.version).not.toBe(version);
        expect(Buffer.from(other?.body ?? []).toString()).toBe('and a half');
        await store.delete(key);
        expect(await store.getPart(key, rest)).toBeUndefined();
        expect(await store.getPart(key, whichever)).toBeUndefined();
      });

      it('of an object that was uploaded in parts has the same version as each other one', async () => {
        const key = `${fresh()}uploaded`;
        const upload = store.beginUpload({ owner: 'parts' });
        for (let number = 0; number < 9; number += 1) await upload.write(Buffer.alloc(1024 * 1024, number));
        await upload.complete(key);
        const first = await store.getPart(key, { start: 0, end: 10 });
        const range = { start: 4 * 1024 * 1024 - 2, end: 4 * 1024 * 1024 + 2, version: first?.version ?? '' };
        const part = await store.getPart(key, range);
        expect([...(part?.body ?? [])]).toEqual([3, 3, 4, 4]);
        expect(part?.size).toBe(9 * 1024 * 1024);
      });
    });

    describe('an upload', () => {
      const MIB = 1024 * 1024;
      /** No two megabytes are the same. */
      const megabyte = (number: number): Uint8Array => Buffer.alloc(MIB, `megabyte ${number} `);
      const write = async (upload: Upload, from: number, to: number): Promise<void> => {
        for (let number = from; number < to; number += 1) await upload.write(megabyte(number));
      };
      const whole = (to: number): Uint8Array =>
        Buffer.concat(Array.from({ length: to }, (_, number) => megabyte(number)));

      it.each([1, 20])('of %i MiB is seen once it is complete, whole, and never before', async (size) => {
        const at = fresh();
        const upload = store.beginUpload({ owner: `${size}`, contentType: 'text/plain' });
        await write(upload, 0, size);
        expect((await all(store.list(''))).filter(({ key }) => key.startsWith(at))).toEqual([]);
        await upload.complete(`${at}a.json`);
        expect(await all(store.list(at))).toEqual([{ key: `${at}a.json`, size: size * MIB }]);
        expect(Buffer.compare((await store.get(`${at}a.json`))?.body ?? bytes(''), whole(size))).toBe(0);
      });

      it('replaces an object, and the same bytes again change nothing', async () => {
        const key = `${fresh()}a`;
        await store.put(key, bytes('former'));
        for (let time = 0; time < 2; time += 1) {
          const upload = store.beginUpload({ owner: 'twice' });
          await write(upload, 0, 9);
          await upload.complete(key);
          expect(Buffer.compare((await store.get(key))?.body ?? bytes(''), whole(9))).toBe(0);
        }
      });

      it('that is aborted is never seen', async () => {
        const key = `${fresh()}a`;
        const upload = store.beginUpload({ owner: 'aborted' });
        await write(upload, 0, 9);
        await upload.abort();
        expect(await store.get(key)).toBeUndefined();
      });

      it.each([1, 9])(
        'of %d MiB takes nothing more once it is aborted: a rest is not an object',
        async (size) => {
          const key = `${fresh()}a`;
          const upload = store.beginUpload({ owner: 'over' });
          await write(upload, 0, size);
          await upload.abort();
          await expect(write(upload, size, size + 1)).rejects.toThrow('aborted');
          await expect(upload.complete(key)).rejects.toThrow('aborted');
          expect(await store.get(key)).toBeUndefined();
        },
      );

      it('leaves those of others alone when uploads are aborted by owner', async () => {
        const key = `${fresh()}a`;
        const upload = store.beginUpload({ owner: 'mine' });
        await write(upload, 0, 9);
        await store.abortUploads('another');
        await upload.complete(key);
        expect((await store.get(key))?.body).toHaveLength(9 * MIB);
      });
    });

    it('keeps a body of 20 MiB, which S3 gets in parts, and swaps it like any other', async () => {
      const key = `${fresh()}large`;
      const body = Buffer.alloc(20 * 1024 * 1024);
      for (let at = 0; at < body.length; at += 4) body.writeUInt32LE((at * 2654435761) >>> 0, at);
      await store.put(key, body, { metadata: { rows: '5' } });
      const found = await store.get(key);
      expect(Buffer.compare(found?.body ?? bytes(''), body)).toBe(0);
      expect(found?.metadata).toEqual({ rows: '5' });
      expect(await store.putIfMatch(key, bytes('small'), found?.etag ?? '')).toBeDefined();
      expect(await textOf(key)).toBe('small');
    });

    it.each([
      'tickets/partition=0/00000000000000000000-00000000000000000049.parquet',
      'two words/and more.json',
      '_query.json',
      "a+b&c%20d'(e)!~;@,[f]{g}^",
      'Problème de connexion/été.json',
      'emoji 🎫.json',
    ])('takes the key %s', async (name) => {
      const at = fresh();
      await store.put(at + name, bytes(name));
      expect(await textOf(at + name)).toBe(name);
      expect((await all(store.list(at))).map(({ key }) => key)).toEqual([at + name]);
      await store.delete(at + name);
      expect(await store.get(at + name)).toBeUndefined();
    });

    it.each([
      '',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      '.hidden',
      'a/.b',
      'a\\b',
      'a\0b',
      'a\nb',
      '\ud800',
    ])('refuses the key %j, whatever is asked', async (key) => {
      const refused = { name: 'ObjectStoreError', code: 'refused' };
      await expect(store.get(key)).rejects.toMatchObject(refused);
      await expect(store.getPart(key, { start: 0, end: 1 })).rejects.toMatchObject(refused);
      await expect(store.put(key, bytes(''))).rejects.toMatchObject(refused);
      await expect(store.putIfAbsent(key, bytes(''))).rejects.toMatchObject(refused);
      await expect(store.putIfMatch(key, bytes(''), 'x')).rejects.toMatchObject(refused);
      await expect(store.delete(key)).rejects.toMatchObject(refused);
    });

    it('refuses to list below a prefix that leads out', async () => {
      await expect(all(store.list('../'))).rejects.toMatchObject({ code: 'refused' });
      await expect(all(store.list('/'))).rejects.toMatchObject({ code: 'refused' });
    });

    it('gives user metadata back with the object, and forgets it when a later put has none', async () => {
      const key = `${fresh()}counts.json`;
      const metadata = { 'end-offsets': '{"0":"600","1":"12"}', under_score: 'a  b', percent: '%41+' };
      await store.put(key, bytes('1'), { contentType: 'application/json', metadata });
      expect((await store.get(key))?.metadata).toEqual(metadata);
      await store.put(key, bytes('1'), { metadata: { other: 'x' } });
      expect((await store.get(key))?.metadata).toEqual({ other: 'x' });
      await store.put(key, bytes('1'));
      expect((await store.get(key))?.metadata).toEqual({});
    });

    it.each([
      { Upper: 'x' },
      { empty: '' },
      { outer: ' x' },
      { control: 'a\nb' },
      { accent: 'é' },
      { long: 'x'.repeat(2045) },
    ])('refuses metadata that would not come back: %j', async (metadata) => {
      const key = `${fresh()}a`;
      await expect(store.put(key, bytes(''), { metadata })).rejects.toMatchObject({ code: 'refused' });
      await expect(store.putIfAbsent(key, bytes(''), { metadata })).rejects.toMatchObject({
        code: 'refused',
      });
      expect(await store.get(key)).toBeUndefined();
    });

    it('creates with putIfAbsent only what is not there', async () => {
      const key = `${fresh()}query.json`;
      const created = await store.putIfAbsent(key, bytes('mine'), { metadata: { by: 'me' } });
      expect(created?.etag).toBe((await store.get(key))?.etag);
      expect(await store.putIfAbsent(key, bytes('mine'), { metadata: { by: 'you' } })).toBeUndefined();
      expect(await store.get(key)).toMatchObject({ etag: created?.etag, metadata: { by: 'me' } });
    });

    it('replaces with putIfMatch only the object that was read', async () => {
      const key = `${fresh()}partition-0.json`;
      const first = await store.putIfAbsent(key, bytes('1'), { metadata: { batch: '1' } });
      const second = await store.putIfMatch(key, bytes('2'), first?.etag ?? '', { metadata: { batch: '2' } });
      expect(second?.etag).toBe((await store.get(key))?.etag);
      expect(await store.putIfMatch(key, bytes('3'), first?.etag ?? '')).toBeUndefined();
      expect(await store.get(key)).toMatchObject({ etag: second?.etag, metadata: { batch: '2' } });
      expect(await textOf(key)).toBe('2');
    });

    it('loses a putIfMatch on an object that is gone or never was', async () => {
      const key = `${fresh()}gone`;
      const created = await store.putIfAbsent(key, bytes('1'));
      await store.delete(key);
      expect(await store.putIfMatch(key, bytes('2'), created?.etag ?? '')).toBeUndefined();
      expect(await store.get(key)).toBeUndefined();
      expect(await store.putIfAbsent(key, bytes('3'))).toBeDefined();
    });

    it(`lets one of ${racers} putIfAbsent at once win`, async () => {
      const key = `${fresh()}race`;
      const results = await Promise.all(
        Array.from({ length: racers }, async (_, i) => store.putIfAbsent(key, bytes(`writer ${i}`))),
      );
      const winners = results.flatMap((result, i) =>
        result === undefined ? [] : [{ i, etag: result.etag }],
      );
      expect(winners).toHaveLength(1);
      expect(await textOf(key)).toBe(`writer ${winners[0]?.i}`);
      expect((await store.get(key))?.etag).toBe(winners[0]?.etag);
    });

    it(`lets one of ${racers} putIfMatch at once win`, async () => {
      const key = `${fresh()}race`;
      const start = await store.putIfAbsent(key, bytes('start'));
      const results = await Promise.all(
        Array.from({ length: racers }, async (_, i) =>
          store.putIfMatch(key, bytes(`writer ${i}`), start?.etag ?? '', { metadata: { writer: `${i}` } }),
        ),
      );
      const winners = results.flatMap((result, i) =>
        result === undefined ? [] : [{ i, etag: result.etag }],
      );
      expect(winners).toHaveLength(1);
      expect(await textOf(key)).toBe(`writer ${winners[0]?.i}`);
      expect(await store.get(key)).toMatchObject({
        etag: winners[0]?.etag,
        metadata: { writer: `${winners[0]?.i}` },
      });
    });

    it('counts right when three counters swap the same object, each from what it read', async () => {
      const key = `${fresh()}counter`;
      await store.put(key, bytes('0'));
      const count = async (): Promise<void> => {
        for (let done = 0; done < 3;) {
          const found = await store.get(key);
          const next = `${Number(Buffer.from(found?.body ?? []).toString()) + 1}`;
          if ((await store.putIfMatch(key, bytes(next), found?.etag ?? '')) !== undefined) done++;
        }
      };
      await Promise.all([count(), count(), count()]);
      expect(await textOf(key)).toBe('9');
    });

    it('lists keys and sizes in the order of their bytes, also where folders and files mix', async () => {
      const at = fresh();
      const names = [
        'a/b',
        'a-b',
        'a.b',
        'a',
        'a0/b',
        'a/b-c',
        'ab',
        'Z',
        '_q',
        'é',
        '\uffe6',
        '🎫',
        'a/c/d',
        'a/c.d',
      ];
      // S3 can hold `a` beside `a/b`, a folder can't.
      const keys = names.filter((name) => name !== 'a').map((name) => at + name);
      for (const key of keys) await store.put(key, bytes(key));
      const expected = keys
        .map((key) => ({ key, size: Buffer.byteLength(key) }))
        .sort((a, b) => Buffer.compare(bytes(a.key), bytes(b.key)));
      expect(await all(store.list(at))).toEqual(expected);
    });

    it('lists by prefix, which may end in the middle of a name', async () => {
      const at = fresh();
      for (const name of ['p=0/x', 'p=1/x', 'p=1/y', 'p=10/x', 'q']) await store.put(at + name, bytes(''));
      const names = async (prefix: string): Promise<readonly string[]> =>
        (await all(store.list(at + prefix))).map(({ key }) => key.slice(at.length));
      expect(await names('p=1')).toEqual(['p=1/x', 'p=1/y', 'p=10/x']);
      expect(await names('p=1/')).toEqual(['p=1/x', 'p=1/y']);
      expect(await names('p=1/y')).toEqual(['p=1/y']);
      expect(await names('nothing/')).toEqual([]);
    });

    it('stops listing when the reader has seen enough', async () => {
      const at = fresh();
      for (const name of ['a', 'b', 'c']) await store.put(at + name, bytes(''));
      const seen: string[] = [];
      for await (const { key } of store.list(at)) {
        seen.push(key);
        break;
      }
      expect(seen).toEqual([`${at}a`]);
    });

    it('deletes, and finds nothing wrong with deleting again', async () => {
      const key = `${fresh()}a`;
      await store.put(key, bytes('1'), { metadata: { a: 'b' } });
      await store.delete(key);
      await store.delete(key);
      expect(await store.get(key)).toBeUndefined();
      expect(await store.putIfAbsent(key, bytes('1'))).toBeDefined();
      expect((await store.get(key))?.metadata).toEqual({});
    });

    it('passes the probe, which leaves nothing behind', async () => {
      await probeConditionalWrites(store, { probeId: 'contract' });
      expect(await all(store.list('_probe-'))).toEqual([]);
    });

    it('refuses everything once it is closed', async () => {
      const other = await open();
      await other.close();
      await other.close();
      await expect(other.get('a')).rejects.toBeInstanceOf(ObjectStoreError);
      await expect(other.put('a', bytes(''))).rejects.toMatchObject({ code: 'refused' });
      await expect(all(other.list(''))).rejects.toMatchObject({ code: 'refused' });
    });
  });
}

export async function all(objects: AsyncIterable<ListedObject>): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of objects) found.push(object);
  return found;
}
