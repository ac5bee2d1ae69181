import { promisify } from 'node:util';
import zlib from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame } from 'lz4-napi';
import { KafkaError } from './kafka-error.ts';
import { compressSnappy } from './snappy-framing.ts';
import { unfoldGzip, unfoldLz4, unfoldSnappy, unfoldZstd, type Unfold } from './unfold.ts';

export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** What one record batch may unfold to, in bytes, where nothing else is said. Brokers take one of 1 MiB, as it is sent. */
export const DEFAULT_MAX_BATCH_BYTES = 32 * 1024 * 1024;

/** kafkajs hands over its encoder, of which a codec needs the bytes, and expects a `Buffer` each way. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
  decompressSync(buffer: Buffer): Buffer;
}

const codec = (compress: (data: Buffer) => Promise<Buffer>, unfold: Unfold): Codec => ({
  compress: ({ buffer }) => compress(buffer),
  decompress: (buffer) => unfold(buffer, DEFAULT_MAX_BATCH_BYTES),
  decompressSync: (buffer) => unfold.sync(buffer, DEFAULT_MAX_BATCH_BYTES),
});

const gzip = codec(promisify(zlib.gzip), unfoldGzip);
const snappy = codec(async (data) => compressSnappy(data), unfoldSnappy);
// Kafka's lz4 is the LZ4 frame format with independent blocks, which is what lz4-napi writes.
const lz4 = codec((data) => compressFrame(data), unfoldLz4);

// Missing before Node.js 22.15, whatever the types say.
const native: Partial<Pick<typeof zlib, 'zstdCompress'>> = zlib;

const zstd = codec(async (data) => {
  if (native.zstdCompress === undefined) throw zstdUnsupported();
  return promisify(native.zstdCompress)(data);
}, unfoldZstd);

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

/** How a record batch is undone that has this number for its codec. */
export const UNFOLDS: ReadonlyMap<number, { readonly name: CompressionName; readonly unfold: Unfold }> =
  new Map([
    [1, { name: 'gzip', unfold: unfoldGzip }],
    [2, { name: 'snappy', unfold: unfoldSnappy }],
    [3, { name: 'lz4', unfold: unfoldLz4 }],
    [4, { name: 'zstd', unfold: unfoldZstd }],
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
