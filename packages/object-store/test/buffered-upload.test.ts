import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bufferedUpload, type Pieces } from '../src/buffered-upload.ts';
import { UploadMemory } from '../src/upload-memory.ts';

const PART = 100_000;
const PIECE = 40_000;
const bytesOf = (size: number, first: number): Buffer => Buffer.alloc(size, first);

interface Sent {
  readonly what: string;
  readonly part: Buffer;
}

function openUpload(memory: UploadMemory, { partBytes = PART, fails = false } = {}) {
  const sent: Sent[] = [];
  const buffers = new Set<ArrayBufferLike>();
  const keep = async (what: string, part: Pieces): Promise<void> => {
    sent.push({ what, part: Buffer.concat(part) });
    for (const { buffer } of part) buffers.add(buffer);
    if (fails) throw new Error('the store is gone');
  };
  const upload = bufferedUpload({
    partBytes,
    memory,
    put: (key, body) => keep(`put ${key}`, body),
    beginParts: async () => ({
      add: (part) => keep('part', part),
      complete: (key, last) => keep(`complete ${key}`, last),
      abort: () => Promise.resolve(),
    }),
  });
  return { upload, sent, buffers };
}

const joined = (sent: readonly Sent[]): Buffer => Buffer.concat(sent.map(({ part }) => part));
const sizes = (sent: readonly Sent[]): unknown => sent.map(({ what, part }) => [what, part.length]);

describe('An upload in memory', () => {
  test('puts what is no larger than a part at once, whatever the writer does with its bytes meanwhile', async () => {
    const { upload, sent } = openUpload(new UploadMemory(PIECE));
    const bytes = bytesOf(30_000, 1);
    await upload.write(bytes);
    bytes.fill(2);
    await upload.write(bytes);
    bytes.fill(3);
    await upload.complete('a');
    expect(sent).toEqual([{ what: 'put a', part: Buffer.concat([bytesOf(30_000, 1), bytesOf(30_000, 2)]) }]);
  });

  test('sends parts as they become full', async () => {
    const { upload, sent } = openUpload(new UploadMemory(PIECE));
    for (let first = 0; first < 5; first += 1) await upload.write(bytesOf(60_000, first));
    await upload.complete('b');
    expect(sizes(sent)).toEqual([
      ['part', PART],
      ['part', PART],
      ['complete b', PART],
    ]);
    const whole = Buffer.concat([0, 1, 2, 3, 4].map((first) => bytesOf(60_000, first)));
    expect(joined(sent).equals(whole)).toBe(true);
  });

  test('completes without a byte', async () => {
    const { upload, sent } = openUpload(new UploadMemory(PIECE));
    await upload.complete('empty');
    expect(sent).toEqual([{ what: 'put empty', part: Buffer.of() }]);
  });

  test('sends all parts of a large object from the same memory', async () => {
    const { upload, buffers } = openUpload(new UploadMemory(PIECE));
    for (let size = 0; size < 30 * PART; size += 25_000) await upload.write(bytesOf(25_000, 1));
    await upload.complete('e');
    expect(buffers.size).toBe(Math.ceil(PART / PIECE));
  });

  test('gives up memory that may still be sent', async () => {
    const memory = new UploadMemory(PIECE);
    const { upload, buffers } = openUpload(memory, { fails: true });
    await upload.write(bytesOf(10, 1));
    await expect(upload.complete('c')).rejects.toThrow('the store is gone');
    await upload.abort();
    expect(buffers.size).toBe(1);
    expect(buffers.has(memory.take().buffer)).toBe(false);
  });

  test('gives memory back when it is aborted', async () => {
    const memory = new UploadMemory(PIECE);
    const used = memory.take();
    memory.give([used]);
    const { upload, sent } = openUpload(memory);
    await upload.write(bytesOf(10, 1));
    await upload.abort();
    expect(sent).toEqual([]);
    expect(memory.take()).toBe(used);
  });
});

/** How many bytes each write has, of each upload, in the order in which they come. */
const writes = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 25 })), { maxLength: 60 });

test('parts joined are the object, all but the last are full, and no upload takes memory for more than a part', async () => {
  const [PART_BYTES, PIECE_BYTES] = [12, 5];
  const most = Math.ceil(PART_BYTES / PIECE_BYTES) * PIECE_BYTES;
  await fc.assert(
    fc.asyncProperty(writes, async (script) => {
      const memory = new UploadMemory(PIECE_BYTES);
      const uploads = [0, 1, 2, 3].map((key) => ({
        key: String(key),
        written: Buffer.of(),
        ...openUpload(memory, { partBytes: PART_BYTES }),
      }));
      for (const [turn, [which, size]] of script.entries()) {
        const to = uploads[which];
        if (to === undefined) throw new RangeError(`there is no upload ${which}`);
        const bytes = Buffer.from(Array.from({ length: size }, (_, at) => (turn + at) % 256));
        await to.upload.write(bytes);
        to.written = Buffer.concat([to.written, bytes]);
        expect(memory.heldBytes).toBeLessThanOrEqual(uploads.length * most);
      }
      for (const { upload, key, written, sent } of uploads) {
        await upload.complete(key);
        expect(joined(sent)).toEqual(written);
        expect(
          sent.slice(0, -1).every(({ what, part }) => what === 'part' && part.length === PART_BYTES),
        ).toBe(true);
        expect(sent.at(-1)?.what).toBe(written.length > PART_BYTES ? `complete ${key}` : `put ${key}`);
      }
      expect(memory.heldBytes).toBe(0);
    }),
  );
});
