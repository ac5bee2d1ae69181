import { readFile } from 'node:fs/promises';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressSync } from 'snappy';
import { describe, expect, test } from 'vitest';
import { compressionType, registerCodecs } from '../src/codecs.ts';

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
  test.skipIf(canWriteZstd)('can not be written before Node.js 22.15, and says so', () => {
    expect(() => compressionType('zstd')).toThrow(
      expect.objectContaining({ name: 'KafkaError', code: 'unsupported' }),
    );
  });
});
