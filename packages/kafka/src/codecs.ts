import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame } from 'lz4-napi';
import { KafkaError } from './kafka-error.ts';
import {
  gzipDecompressor,
  lz4Decompressor,
  snappyDecompressor,
  zstdDecompressor,
  type Decompressor,
} from './decompressors.ts';
import { compressSnappy } from './snappy-framing.ts';

export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** The most that one record batch may decompress to, in bytes, by default. Brokers take 1 MiB of it, compressed. */
export const DEFAULT_MAX_BATCH_BYTES = 32 * 1024 * 1024;

/** kafkajs hands over its encoder, of which a codec needs the bytes, and expects a `Buffer` each way. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
  decompressSync(buffer: Buffer): Buffer;
}

const codec = (compress: (data: Buffer) => Promise<Buffer>, decompressor: Decompressor): Codec => ({
  compress: ({ buffer }) => compress(buffer),
  decompress: (buffer) => decompressor(buffer, DEFAULT_MAX_BATCH_BYTES),
  decompressSync: (buffer) => decompressor.sync(buffer, DEFAULT_MAX_BATCH_BYTES),
});

const gzip = codec(promisify(zlib.gzip), gzipDecompressor);
const snappy = codec(async (data) => compressSnappy(data), snappyDecompressor);
// Kafka's lz4 is the LZ4 frame format with independent blocks, which is what lz4-napi writes.
const lz4 = codec((data) => compressFrame(data), lz4Decompressor);

// Missing before Node.js 22.15, whatever the types say.
const native: Partial<Pick<typeof zlib, 'zstdCompress'>> = zlib;

const zstd = codec(async (data) => {
  if (native.zstdCompress === undefined) throw zstdUnsupported();
  return promisify(native.zstdCompress)(data);
}, zstdDecompressor);

const zstdUnsupported = (): KafkaError =>
  new KafkaError(
    'unsupported',
    `Writing zstd needs Node.js 22.15 or newer, this is ${process.version}. Choose gzip, snappy or lz4; reading zstd works.`,
  );

/** Makes batches of every codec of Kafka readable and writable. kafkajs keeps codecs for the whole process. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.GZIP] = () => gzip;
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd;
}

/** By the number that a record batch gives for its codec. */
export const DECOMPRESSORS: ReadonlyMap<
  number,
  { readonly name: CompressionName; readonly decompressor: Decompressor }
> = new Map([
  [1, { name: 'gzip', decompressor: gzipDecompressor }],
  [2, { name: 'snappy', decompressor: snappyDecompressor }],
  [3, { name: 'lz4', decompressor: lz4Decompressor }],
  [4, { name: 'zstd', decompressor: zstdDecompressor }],
]);

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
