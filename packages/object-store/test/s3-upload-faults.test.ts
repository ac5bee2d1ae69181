import { createHash } from 'node:crypto';
import type { ObjectStore, Upload } from '@client-tickets/micro-batch';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openObjectStore, type OpenOptions } from '../src/index.ts';
import { startFakeS3, type Behaviour, type FakeS3 } from './fake-s3-server.ts';
import { recordingClock } from './recording-clock.ts';

const MEGABYTE = 1024 * 1024;
const KEY = 'tickets/partition=0/a.parquet';
const OWNER = 'partition-0';
/** When uploads are begun, in milliseconds since the epoch. */
const BEGUN = Date.parse('2026-11-26T09:30:00Z');
/** Larger than a part: it goes up in two. */
const CONTENT = Buffer.concat(Array.from({ length: 9 }, (_, number) => Buffer.alloc(MEGABYTE, number)));
/** The requests of its upload, in their order; the rest of the content is the second part. */
const STEPS = ['begin', 'first part', 'second part', 'complete', 'copy', 'tidy up'] as const;

async function openStore(server: FakeS3, options: OpenOptions = {}): Promise<ObjectStore> {
  const store = await openObjectStore('s3a://bucket/results', {
    clock: recordingClock(),
    random: () => 0.5,
    s3: { endpoint: server.endpoint, credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' } },
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

async function serverThat(...script: readonly Behaviour[]): Promise<FakeS3> {
  const server = await startFakeS3({ script });
  onTestFinished(() => server.close());
  return server;
}

const writeAll = async (upload: Upload): Promise<void> => {
  for (let at = 0; at < CONTENT.length; at += MEGABYTE)
    await upload.write(CONTENT.subarray(at, at + MEGABYTE));
};

/** Everything goes well up to this step. */
const at = (step: (typeof STEPS)[number], ...then: readonly Behaviour[]): readonly Behaviour[] => [
  ...STEPS.slice(0, STEPS.indexOf(step)).map(() => 'serve' as const),
  ...then,
];

const isWhole = ({ objects }: FakeS3): boolean =>
  objects.get(`results/${KEY}`)?.body.equals(CONTENT) === true;
const visible = ({ objects }: FakeS3): readonly string[] =>
  [...objects.keys()].filter((key) => !key.includes('/.object-store/'));
const hidden = ({ objects }: FakeS3): readonly string[] =>
  [...objects.keys()].filter((key) => key.includes('/.object-store/'));

/** Before anything was done, and after it: the rest of what may go wrong with a request, `s3-faults.test.ts` has. */
const FAULTS: readonly Behaviour[] = [
  { status: 500, code: 'InternalError' },
  { status: 500, code: 'InternalError', after: true },
  'reset before',
  'reset after',
];

describe.each(STEPS)('an upload whose request to %s fails', (step) => {
  it.each(FAULTS)('is tried again after %j; the object is whole, and nothing else is left', async (fault) => {
    const server = await serverThat(...at(step, fault));
    const store = await openStore(server);
    const upload = store.beginUpload({ owner: OWNER });
    await writeAll(upload);
    expect(visible(server)).toEqual([]);
    await upload.complete(KEY);
    expect(isWhole(server)).toBe(true);
    await store.abortUploads(OWNER); // as the next owner does: where the first answer was lost, the id of an upload was lost with it
    expect([[...server.uploads], hidden(server)]).toEqual([[], []]);
    expect(isWhole(server)).toBe(true);
  });
});

describe.each(STEPS.slice(0, -1))('an upload whose request to %s fails for good', (step) => {
  it('is not to be seen, can be aborted, and leaves nothing', async () => {
    const outage = Array.from({ length: 6 }, () => ({ status: 500, code: 'InternalError' }));
    const server = await serverThat(...at(step, ...outage));
    const store = await openStore(server);
    const upload = store.beginUpload({ owner: OWNER });
    const sent = writeAll(upload).then(() => upload.complete(KEY));
    await expect(sent).rejects.toMatchObject({ code: 'unavailable' });
    expect(visible(server)).toEqual([]);
    await upload.abort();
    expect([[...server.uploads], [...server.objects.keys()]]).toEqual([[], []]);
  });
});

describe('an upload of which parts are on the server', () => {
  it('is gone when it is aborted, as after a plan that another consumer has made', async () => {
    const server = await serverThat();
    const store = await openStore(server);
    const upload = store.beginUpload({ owner: OWNER });
    await writeAll(upload);
    expect(server.uploads.size).toBe(1);
    await upload.abort();
    expect([[...server.uploads], [...server.objects.keys()]]).toEqual([[], []]);
  });

  it('is aborted by the next owner where the request to abort got lost', async () => {
    const server = await serverThat('serve', 'serve', 'reset before', 'reset before');
    const store = await openStore(server);
    const upload = store.beginUpload({ owner: OWNER });
    await writeAll(upload);
    await upload.abort();
    expect(server.uploads.size).toBe(1);
    await (await openStore(server)).abortUploads(OWNER);
    expect(server.uploads.size).toBe(0);
  });

  it('is aborted by the next owner when its process was killed; others are left alone', async () => {
    const server = await serverThat();
    const killed = await openStore(server);
    for (const owner of [OWNER, 'partition-1']) await writeAll(killed.beginUpload({ owner }));
    await (await openStore(server)).abortUploads(OWNER);
    expect([...server.uploads.values()].map(({ key }) => key)).toEqual([
      expect.stringContaining('/partition-1/'),
    ]);
  });

  it('is left alone while it is younger than those that are to be thrown away', async () => {
    const server = await startFakeS3({ now: () => new Date(BEGUN) });
    onTestFinished(() => server.close());
    const upload = (await openStore(server)).beginUpload({ owner: OWNER });
    await writeAll(upload);
    const another = await openStore(server);
    await another.abortUploads(OWNER, { begunBefore: BEGUN });
    expect(server.uploads.size).toBe(1);
    await another.abortUploads(OWNER, { begunBefore: BEGUN + 1 });
    expect(server.uploads.size).toBe(0);
  });

  it('is left alone, put together or not, where its age counts and the server does not say it', async () => {
    const outage = Array.from({ length: 6 }, () => 'reset before' as const);
    const server = await serverThat(...at('copy', ...outage));
    const store = await openStore(server);
    const completed = store.beginUpload({ owner: OWNER });
    await writeAll(completed);
    await expect(completed.complete(KEY)).rejects.toMatchObject({ code: 'unavailable' });
    await writeAll(store.beginUpload({ owner: OWNER }));
    await (await openStore(server)).abortUploads(OWNER, { begunBefore: BEGUN });
    expect([server.uploads.size, hidden(server).length]).toEqual([1, 1]);
  });

  it('fails by name when another owner has aborted it, and nothing of it is seen', async () => {
    const server = await serverThat();
    const upload = (await openStore(server)).beginUpload({ owner: OWNER });
    await writeAll(upload);
    await (await openStore(server)).abortUploads(OWNER);
    await expect(upload.complete(KEY)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('another consumer has taken over'),
    });
    expect([...server.objects.keys()]).toEqual([]);
  });

  it('shows the whole object when its last answers are lost and another owner tidies up in between', async () => {
    const server = await serverThat(...at('copy', { status: 500, code: 'InternalError', after: true }));
    const next = await openStore(server);
    const store = await openStore(server, { clock: recordingClock(() => next.abortUploads(OWNER)) });
    const upload = store.beginUpload({ owner: OWNER });
    await writeAll(upload);
    await expect(upload.complete(KEY)).rejects.toMatchObject({ code: 'unavailable' });
    expect(isWhole(server)).toBe(true);
    expect(hidden(server)).toEqual([]);
  });

  it('is removed after it was completed and before it had its key, also where uploads may not be listed', async () => {
    const outage = Array.from({ length: 6 }, () => 'reset before' as const);
    const refused = { status: 403, code: 'AccessDenied' };
    const server = await serverThat(...at('copy', ...outage, refused));
    const store = await openStore(server);
    const upload = store.beginUpload({ owner: OWNER });
    await writeAll(upload);
    await expect(upload.complete(KEY)).rejects.toMatchObject({ code: 'unavailable' });
    expect(hidden(server)).toHaveLength(1);
    await (await openStore(server)).abortUploads(OWNER);
    expect([...server.objects.keys()]).toEqual([]);
  });
});

describe('what an upload sends', () => {
  it('is sent again without a word on the console, where people read our log', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => {}),
    );
    onTestFinished(() => {
      for (const spy of spies) spy.mockRestore();
    });
    const server = await serverThat(...at('first part', { status: 500, code: 'InternalError' }));
    const upload = (await openStore(server)).beginUpload({ owner: OWNER });
    await writeAll(upload);
    await upload.complete(KEY);
    expect(isWhole(server)).toBe(true);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it.each([1, 9])('is signed for its bytes, in an object of %i MiB', async (megabytes) => {
    const server = await serverThat();
    const upload = (await openStore(server)).beginUpload({ owner: OWNER });
    for (let at = 0; at < megabytes; at += 1)
      await upload.write(CONTENT.subarray(at * MEGABYTE, (at + 1) * MEGABYTE));
    await upload.complete(KEY);
    const bodies = server.seen.filter(({ line, body }) => line.startsWith('PUT') && body.length > 0);
    expect(bodies.length).toBe(Math.ceil(megabytes / 5));
    for (const { headers, body } of bodies) {
      expect(headers['x-amz-content-sha256']).toBe(createHash('sha256').update(body).digest('hex'));
      expect(headers['content-length']).toBe(String(body.length));
    }
  });
});
