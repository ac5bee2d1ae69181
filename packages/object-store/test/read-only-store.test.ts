import { describe, expect, it } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { startFakeS3 } from './fake-s3-server.ts';
import { all } from './object-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('a store opened to read only', () => {
  it('reads and lists, refuses every write, and leaves a folder as it is', async () => {
    const folder = temporaryFolder();
    const reader = await openObjectStore(folder, { readOnly: true });
    const body = Buffer.from('1');
    const refusal = { code: 'refused', message: expect.stringContaining('read only') };
    await expect(reader.put('a', body)).rejects.toMatchObject(refusal);
    await expect(reader.putIfAbsent('a', body)).rejects.toMatchObject(refusal);
    await expect(reader.putIfMatch('a', body, 'etag')).rejects.toMatchObject(refusal);
    await expect(reader.delete('a')).rejects.toMatchObject(refusal);
    expect(await all(reader.list(''))).toEqual([]);
    const writer = await openObjectStore(folder);
    await writer.put('a', body);
    expect(await all(reader.list(''))).toEqual([{ key: 'a', size: 1 }]);
    await writer.close();
    await reader.close();
  });

  it('is refused for a folder that is not there', async () => {
    const missing = `${temporaryFolder()}/missing`;
    await expect(openObjectStore(missing, { readOnly: true })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('no such folder'),
    });
  });

  it('sends no write to S3', async () => {
    const server = await startFakeS3();
    const s3 = { endpoint: server.endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    const reader = await openObjectStore('s3://bucket/x/', { readOnly: true, s3 });
    await expect(reader.put('a', Buffer.from('1'))).rejects.toMatchObject({ code: 'refused' });
    expect(await reader.get('a')).toBeUndefined();
    expect(server.seen.map(({ line }) => line)).toEqual(['GET /bucket/x/a']);
    await reader.close();
    await server.close();
  });
});

describe('a folder store', () => {
  it('refuses an object with the name of a folder, and one below an object', async () => {
    const store = await openObjectStore(temporaryFolder());
    const body = Buffer.from('1');
    await store.put('a/b', body);
    for (const key of ['a', 'a/b/c']) {
      await expect(store.put(key, body)).rejects.toMatchObject({ code: 'refused' });
      await expect(store.putIfAbsent(key, body)).rejects.toMatchObject({ code: 'refused' });
      expect(await store.putIfMatch(key, body, 'etag')).toBeUndefined();
      await store.delete(key);
    }
    expect((await all(store.list(''))).map(({ key }) => key)).toEqual(['a/b']);
    await store.close();
  });

  it('refuses a location that is a file', async () => {
    const folder = temporaryFolder();
    const store = await openObjectStore(folder);
    await store.put('file', Buffer.from('1'));
    await store.close();
    await expect(openObjectStore(`${folder}/file`)).rejects.toMatchObject({ code: 'refused' });
    await expect(openObjectStore(`${folder}/file`, { readOnly: true })).rejects.toMatchObject({
      code: 'refused',
    });
  });
});
