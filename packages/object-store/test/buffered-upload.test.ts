import { describe, expect, test } from 'vitest';
import { bufferedUpload } from '../src/buffered-upload.ts';
import { UploadMemory } from '../src/upload-memory.ts';

const PART = 100_000;
const bytesOf = (size: number, first: number): Buffer => Buffer.alloc(size, first);

function openUpload(memory: UploadMemory, { fails = false } = {}) {
  const sent: { readonly what: string; readonly part: Buffer }[] = [];
  const keep = async (what: string, part: Uint8Array): Promise<void> => {
    sent.push({ what, part: Buffer.from(part) });
    if (fails) throw new Error('the store is gone');
  };
  const upload = bufferedUpload({
    partBytes: PART,
    memory,
    put: (key, body) => keep(`put ${key}`, body),
    beginParts: async () => ({
      add: (part) => keep('part', part),
      complete: (key, last) => keep(`complete ${key}`, last),
      abort: () => Promise.resolve(),
    }),
  });
  return { upload, sent };
}

describe('An upload in memory', () => {
  test('puts what is no larger than a part at once, whatever the writer does with its pieces meanwhile', async () => {
    const { upload, sent } = openUpload(new UploadMemory());
    const piece = bytesOf(40_000, 1);
    await upload.write(piece);
    piece.fill(2);
    await upload.write(piece);
    piece.fill(3);
    await upload.complete('a');
    expect(sent).toEqual([{ what: 'put a', part: Buffer.concat([bytesOf(40_000, 1), bytesOf(40_000, 2)]) }]);
  });

  test('sends parts as they become full, in memory that was used before', async () => {
    const memory = new UploadMemory();
    const used = Buffer.alloc(2 ** 18, 9);
    memory.give(used);
    const { upload, sent } = openUpload(memory);
    for (let piece = 0; piece < 5; piece += 1) await upload.write(bytesOf(60_000, piece));
    await upload.complete('b');
    expect(sent.map(({ what, part }) => [what, part.length])).toEqual([
      ['part', PART],
      ['part', PART],
      ['complete b', PART],
    ]);
    expect(Buffer.concat(sent.map(({ part }) => part))).toEqual(
      Buffer.concat([0, 1, 2, 3, 4].map((piece) => bytesOf(60_000, piece))),
    );
    expect(memory.take(1)).toBe(used);
  });

  test('cuts what is larger than a part, and never holds more than one', async () => {
    const memory = new UploadMemory();
    const { upload, sent } = openUpload(memory);
    await upload.write(bytesOf(PART - 1, 1));
    await upload.write(bytesOf(2 * PART + 2, 2));
    await upload.complete('d');
    expect(sent.map(({ what, part }) => [what, part.length])).toEqual([
      ['part', PART],
      ['part', PART],
      ['part', PART],
      ['complete d', 1],
    ]);
    const [whole, ...rest] = [
      Buffer.concat(sent.map(({ part }) => part)),
      bytesOf(PART - 1, 1),
      bytesOf(2 * PART + 2, 2),
    ];
    expect(whole.equals(Buffer.concat(rest))).toBe(true);
    expect(memory.take(1).length).toBe(2 ** 17);
  });

  test('sends each part of a large object from the same memory, whatever it left behind while it grew', async () => {
    const MIB = 1024 * 1024;
    const buffers = new Set<ArrayBufferLike>();
    const upload = bufferedUpload({
      partBytes: 5 * MIB,
      memory: new UploadMemory(),
      put: () => Promise.reject(new Error('it is larger than a part')),
      beginParts: async () => ({
        add: async ({ buffer }) => void buffers.add(buffer),
        complete: async (_key, { buffer }) => void buffers.add(buffer),
        abort: () => Promise.resolve(),
      }),
    });
    const piece = bytesOf(MIB / 4, 1);
    for (let size = 0; size < 30 * MIB; size += piece.length) await upload.write(piece);
    await upload.complete('e');
    expect(buffers.size).toBe(1);
  });

  test('completes without a byte', async () => {
    const { upload, sent } = openUpload(new UploadMemory());
    await upload.complete('empty');
    expect(sent).toEqual([{ what: 'put empty', part: Buffer.of() }]);
  });

  test('gives up memory that may still be sent', async () => {
    const memory = new UploadMemory();
    const used = Buffer.alloc(2 ** 18);
    memory.give(used);
    const { upload } = openUpload(memory, { fails: true });
    await upload.write(bytesOf(10, 1));
    await expect(upload.complete('c')).rejects.toThrow('the store is gone');
    await upload.abort();
    expect(memory.take(1)).not.toBe(used);
  });

  test('gives memory back when it is aborted', async () => {
    const memory = new UploadMemory();
    const { upload, sent } = openUpload(memory);
    const used = Buffer.alloc(2 ** 18);
    memory.give(used);
    await upload.write(bytesOf(10, 1));
    await upload.abort();
    expect(sent).toEqual([]);
    expect(memory.take(1)).toBe(used);
  });
});
