import kafkajs from 'kafkajs';
import { registerCodecs } from '@client-tickets/kafka';
import { encodeRawBatch, encodeRawRecords, type RawRecord } from './raw-record-batch.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** A codec, what the test compresses a batch with, and what the brokers of its topic make of that. */
export interface BatchCodec {
  readonly name: string;
  readonly written: 'none' | 'gzip' | 'snappy' | 'lz4';
  readonly compression: 'producer' | 'zstd';
}

/** zstd is left to the brokers: Node.js writes it from 22.15 on. */
export const BATCH_CODECS: readonly BatchCodec[] = [
  { name: 'gzip', written: 'gzip', compression: 'producer' },
  { name: 'snappy', written: 'snappy', compression: 'producer' },
  { name: 'lz4', written: 'lz4', compression: 'producer' },
  { name: 'zstd', written: 'gzip', compression: 'zstd' },
];

const TYPES = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
} as const;

/** A record batch as a producer sends it, however much it decompresses to: kafkajs can write no such large one. */
export async function encodeCompressedBatch(
  codec: BatchCodec['written'],
  records: readonly RawRecord[],
): Promise<Buffer> {
  const buffer = encodeRawRecords(records);
  const count = records.length;
  if (codec === 'none') return encodeRawBatch({ count, records: buffer });
  registerCodecs();
  const create = CompressionCodecs[TYPES[codec]] as () => {
    compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  };
  return encodeRawBatch({ codec: TYPES[codec], count, records: await create().compress({ buffer }) });
}
