import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressSync } from 'snappy';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { compressionType, registerCodecs, DECOMPRESSORS } from '../src/codecs.ts';
import {
  gzipDecompressor,
  lz4Decompressor,
  snappyDecompressor,
  zstdDecompressor,
  type Decompressor,
} from '../src/decompressors.ts';
import { checkZstdFrames } from '../src/zstd-frames.ts';

registerCodecs();

const canWriteZstd = 'zstdCompress' in zlib;
const text = Buffer.from(
  Array.from({ length: 4_000 }, (_, i) => `CL-${100 + ((i * i) % 97)} Problème de connexion\n`).join(''),
);

const codecOf = (name: 'gzip' | 'snappy' | 'lz4' | 'zstd') => {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const types = {
    gzip: CompressionTypes.GZIP,
    snappy: CompressionTypes.Snappy,
    lz4: CompressionTypes.LZ4,
    zstd: CompressionTypes.ZSTD,
  } as const;
  return CompressionCodecs[types[name]]();
};

describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s', (name) => {
  // The fixtures are what org.apache.kafka.common.compress.Compression (4.1.1) makes of the text for record batches.
  test('reads what a Java client wrote', async () => {
    const fixture = await readFile(new URL(`fixtures/${name}.base64`, import.meta.url), 'ascii');
    const bytes = await codecOf(name).decompress(Buffer.from(fixture, 'base64'));
    expect(Buffer.compare(bytes, text)).toBe(0);
  });

  test.skipIf(name === 'zstd' && !canWriteZstd)('reads what it wrote, also nothing', async () => {
    for (const data of [text, Buffer.from('x'), Buffer.alloc(0)]) {
      const compressed = await codecOf(name).compress({ buffer: data });
      expect(Buffer.compare(await codecOf(name).decompress(compressed), data)).toBe(0);
    }
  });

  test('rejects what is damaged', async () => {
    await expect(codecOf(name).decompress(Buffer.from('not compressed at all'))).rejects.toBeInstanceOf(
      Error,
    );
  });
});

describe('snappy', () => {
  test('is read without framing too, as some clients write it', async () => {
    expect(Buffer.compare(await codecOf('snappy').decompress(compressSync(text)), text)).toBe(0);
  });
});

describe('zstd', () => {
  test.skipIf(canWriteZstd)('cannot be written before Node.js 22.15, and says so', () => {
    expect(() => compressionType('zstd')).toThrow(
      expect.objectContaining({ name: 'KafkaError', code: 'unsupported' }),
    );
  });
});

const LIMIT = 1024 * 1024;
const zeros = (size: number): Buffer => Buffer.alloc(size);

/** A zstd frame of blocks that repeat one byte, as often as a block may; `contentBytes` is what its header says. */
function zstdBomb(
  blocks: number,
  { contentBytes, window = 0x38 }: { contentBytes?: number; window?: number } = {},
): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(contentBytes ?? 0));
  const header = contentBytes === undefined ? [0x00, window] : [0xc0, window, ...size];
  const block = (isLast: boolean): number[] => {
    const field = ((128 * 1024) << 3) | (1 << 1) | (isLast ? 1 : 0);
    return [field & 255, (field >>> 8) & 255, (field >>> 16) & 255, 0];
  };
  const body = Array.from({ length: blocks }, (_, index) => block(index === blocks - 1)).flat();
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...header, ...body]);
}

/** An LZ4 frame with one block that is a byte and a match of that many bytes; its header allows 4 MiB to a block. */
function lz4Bomb(matchBytes: number): Buffer {
  const rest = matchBytes - 4 - 15;
  const lengths = Buffer.alloc(Math.floor(rest / 255) + 1, 255);
  lengths[lengths.length - 1] = rest % 255;
  const block = Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), lengths, Buffer.from([0x50, 0, 0, 0, 0, 0])]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  return Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]),
    size,
    block,
    Buffer.alloc(4),
  ]);
}

/** A snappy block that says it holds so much. */
const snappyClaim = (size: number): Buffer => {
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 128))
    bytes.push((rest % 128) | (rest > 127 ? 128 : 0));
  return Buffer.from([...bytes, 0, 65]);
};

const bombs: readonly {
  readonly name: string;
  readonly decompressor: Decompressor;
  readonly data: Buffer;
}[] = [
  { name: 'gzip', decompressor: gzipDecompressor, data: zlib.gzipSync(zeros(64 * LIMIT)) },
  {
    name: 'gzip whose size is a lie',
    decompressor: gzipDecompressor,
    data: lieAboutSize(zlib.gzipSync(zeros(64 * LIMIT))),
  },
  {
    name: 'gzip in two members',
    decompressor: gzipDecompressor,
    data: twice(zlib.gzipSync(zeros(0.6 * LIMIT))),
  },
  { name: 'snappy', decompressor: snappyDecompressor, data: compressSync(zeros(64 * LIMIT)) },
  {
    name: 'snappy that claims four gigabytes',
    decompressor: snappyDecompressor,
    data: snappyClaim(2 ** 32 - 1),
  },
  { name: 'lz4', decompressor: lz4Decompressor, data: lz4Bomb(3 * LIMIT) },
  {
    name: 'zstd that says what it holds',
    decompressor: zstdDecompressor,
    data: zstdBomb(64, { contentBytes: 8 * LIMIT }),
  },
  { name: 'zstd that does not say what it holds', decompressor: zstdDecompressor, data: zstdBomb(2_000) },
  {
    name: 'zstd with a window of two gigabytes',
    decompressor: zstdDecompressor,
    data: zstdBomb(1, { window: 0xa8 }),
  },
  {
    name: 'zstd in two frames',
    decompressor: zstdDecompressor,
    data: twice(zstdBomb(5, { contentBytes: 0.625 * LIMIT })),
  },
];

function twice(data: Buffer): Buffer {
  return Buffer.concat([data, data]);
}

function lieAboutSize(data: Buffer): Buffer {
  const lying = Buffer.from(data);
  lying.writeUInt32LE(100, lying.length - 4);
  return lying;
}

describe.each(bombs)('$name', ({ decompressor, data }) => {
  test('is stopped at the limit, before memory is taken for what it holds', async () => {
    const before = process.memoryUsage();
    const error = { name: 'BatchTooLarge', message: expect.stringMatching(/more than 1048576 bytes/) };
    await expect(decompressor(data, LIMIT)).rejects.toMatchObject(error);
    expect(() => decompressor.sync(data, LIMIT)).toThrow(expect.objectContaining(error));
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(
      16 * LIMIT,
    );
  });
});

test('room for what zstd holds is known before it is decompressed, and small data is not given much', () => {
  const room = (data: Buffer): number => checkZstdFrames(data, LIMIT).roomBytes;
  /** A frame of one compressed block of so many bytes, which are not looked at. */
  const compressed = (bytes: number): Buffer => {
    const field = Buffer.alloc(3);
    field.writeUIntLE((bytes << 3) | (2 << 1) | 1, 0, 3);
    return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), field, Buffer.alloc(bytes)]);
  };
  expect(room(compressed(10))).toBe(80);
  expect(room(compressed(2_000))).toBe(16_000);
  expect(room(compressed(20_000))).toBe(128 * 1024);
  expect(room(zstdBomb(4))).toBe(4 * 128 * 1024);
  expect(room(twice(zstdBomb(4, { contentBytes: 1_000 })))).toBe(2_000);
});

test('gzip of a few kilobytes is decompressed into as much memory as its content takes', async () => {
  const gunzipSync = vi.spyOn(zlib, 'gunzipSync');
  onTestFinished(() => gunzipSync.mockRestore());
  const content = randomBytes(5_000);
  expect(Buffer.compare(gzipDecompressor.sync(zlib.gzipSync(content), LIMIT), content)).toBe(0);
  expect(gunzipSync.mock.calls.map(([, options]) => options?.chunkSize)).toEqual([content.length + 1]);
});

test('a zstd frame that holds more than its header says is damaged, or cut off there', async () => {
  const data = zstdBomb(64, { contentBytes: 1_000 });
  const size = await zstdDecompressor(data, LIMIT).then(
    ({ length }) => length,
    () => 0,
  );
  expect(size).toBe(canWriteZstd ? 0 : 1_000); // Node's own decoder compares, fzstd takes no more memory than was said
});

describe.each([...DECOMPRESSORS.values()])('$name', ({ name, decompressor }) => {
  test('decompresses to exactly its limit, at once and in time', async () => {
    const fixture = await readFile(new URL(`fixtures/${name}.base64`, import.meta.url), 'ascii');
    const data = Buffer.from(fixture, 'base64');
    for (const bytes of [await decompressor(data, text.length), decompressor.sync(data, text.length)])
      expect(Buffer.compare(bytes, text)).toBe(0);
    await expect(decompressor(data, text.length - 1)).rejects.toMatchObject({ name: 'BatchTooLarge' });
  });
});
