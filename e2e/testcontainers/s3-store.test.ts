import { compareAndSwap, type ObjectStore } from '@client-tickets/micro-batch';
import { openObjectStore, probeConditionalWrites } from '@client-tickets/object-store';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinnedImage } from './pinned-image.ts';

const S3_PORT = 8333;
const credentials = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };
const image = await pinnedImage('chrislusf/seaweedfs');

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe.skipIf(image.skipped !== undefined)('the S3 store on SeaweedFS in a container', () => {
  let container: StartedTestContainer;
  let store: ObjectStore;

  const open = (keys = credentials): Promise<ObjectStore> => {
    const endpoint = `http://${container.getHost()}:${container.getMappedPort(S3_PORT)}`;
    return openObjectStore('s3a://tickets/results/', { s3: { endpoint, credentials: keys } });
  };

  beforeAll(async () => {
    container = await new GenericContainer(image.name)
      .withCommand(['mini', '-dir=/data', '-bucket=tickets', '-master.telemetry=false'])
      .withEnvironment({
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      })
      .withExposedPorts(S3_PORT)
      .withWaitStrategy(Wait.forLogMessage('ready to use'))
      .start();
    store = await open();
  });

  afterAll(async () => {
    await store?.close();
    await container?.stop();
  });

  test('keeps what exactly-once rests on', async () => {
    await expect(probeConditionalWrites(store)).resolves.toBeUndefined();
  });

  test('lets one of several writers create an object, and one replace it', async () => {
    const writers = ['a', 'b', 'c', 'd'].map(bytes);
    const created = await Promise.all(
      writers.map((body) => compareAndSwap(store, 'raced.json', body, undefined)),
    );
    const [winner, ...others] = created.filter((result) => result !== undefined);
    expect(others).toEqual([]);

    const swapped = await Promise.all(
      writers.map((body) => compareAndSwap(store, 'raced.json', Buffer.concat([body, body]), winner?.etag)),
    );
    const [last, ...rest] = swapped.filter((result) => result !== undefined);
    expect(rest).toEqual([]);
    expect((await store.get('raced.json'))?.etag).toBe(last?.etag);
  });

  test('gives back an object in several parts as it was written', async () => {
    const body = Buffer.alloc(12 * 1024 * 1024, 'tickets ');
    await store.put('large.parquet', body, { contentType: 'application/vnd.apache.parquet' });
    expect(Buffer.compare((await store.get('large.parquet'))?.body ?? bytes(''), body)).toBe(0);
  });

  test('is refused with a wrong key', async () => {
    const intruder = await open({ ...credentials, secretAccessKey: 'guessed' });
    await expect(intruder.get('large.parquet')).rejects.toMatchObject({ code: 'refused' });
    await intruder.close();
  });

  test('has everything after the server was stopped and started', async () => {
    await store.put('kept.json', bytes('{"kept":true}'), { metadata: { 'end-offsets': '{"0":"50"}' } });
    await store.close();
    await container.restart();
    store = await open();
    expect(await store.get('kept.json')).toMatchObject({
      body: Uint8Array.from(bytes('{"kept":true}')),
      metadata: { 'end-offsets': '{"0":"50"}' },
    });
  });
});
