import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { KafkaError } from './kafka-error.ts';
import { compressSnappy, decompressSnappy } from './snappy-framing.ts';

export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** kafkajs hands over its encoder, of which a codec needs the bytes, and expects a `Buffer` each way. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

// Kafka's lz4 is the LZ4 frame format with independent blocks, which is what lz4-napi writes.
const lz4: Codec = {
  compress: ({ buffer }) => compressFrame(buffer),
  decompress: (buffer) => decompressFrame(buffer),
};

const snappy: Codec = {
  compress: async ({ buffer }) => compressSnappy(buffer),
  decompress: async (buffer) => decompressSnappy(buffer),
};

// Missing before Node.js 22.15, whatever the types say.
const native: Partial<Pick<typeof zlib, 'zstdCompress' | 'zstdDecompress'>> = zlib;

const zstd: Codec = {
  compress: async ({ buffer }) => {
    if (native.zstdCompress === undefined) throw zstdUnsupported();
    return promisify(native.zstdCompress)(buffer);
  },
  decompress: async (buffer) => {
    if (native.zstdDecompress !== undefined) return promisify(native.zstdDecompress)(buffer);
    const bytes = decompressZstd(buffer);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
};

const zstdUnsupported = (): KafkaError =>
  new KafkaError(
    'unsupported',
    `Writing zstd needs Node.js 22.15 or newer, this is ${process.version}. Choose gzip, snappy or lz4; reading zstd works.`,
  );

/** Makes batches of every codec of Kafka readable and writable. kafkajs keeps codecs for the whole process. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd;
}

/** The number that stands for a codec in the protocol. Throws `KafkaError` `unsupported` for one that can't be written here. */
export function compressionType(name: CompressionName): kafkajs.CompressionTypes {
  const { CompressionTypes } = kafkajs;
  switch (name) {
    case 'none':
      return CompressionTypes.None;
    case 'gzip':
      return CompressionTypes.GZIP;
    case 'snappy':
      return CompressionTypes.Snappy;
    case 'lz4':
      return CompressionTypes.LZ4;
    case 'zstd':
      if (native.zstdCompress === undefined) throw zstdUnsupported();
      return CompressionTypes.ZSTD;
  }
}
