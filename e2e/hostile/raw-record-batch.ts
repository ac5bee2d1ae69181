/** A record of a batch that is made by hand: what its bytes say, right or wrong. */
export interface RawRecord {
  readonly offsetDelta: number;
  readonly value: Uint8Array;
}

export interface RawBatch {
  /** Number of a codec in Kafka's protocol; `records` are compressed by it then. Default: 0, none. */
  readonly codec?: number;
  readonly count: number;
  /** The records, one after the other, as the codec has them. */
  readonly records: Uint8Array;
}

/**
 * A record batch as producers send it (https://kafka.apache.org/documentation/#recordbatch), with a right checksum and
 * whatever records it is given. kafkajs can't write wrong ones.
 */
export function encodeRawBatch({ codec = 0, count, records }: RawBatch): Buffer {
  const now = BigInt(Date.now());
  const body = Buffer.alloc(40);
  let at = body.writeInt16BE(codec, 0); // attributes
  at = body.writeInt32BE(count - 1, at); // last offset delta
  at = body.writeBigInt64BE(now, at); // first timestamp
  at = body.writeBigInt64BE(now, at); // last timestamp
  at = body.writeBigInt64BE(-1n, at); // producer id
  at = body.writeInt16BE(-1, at); // producer epoch
  at = body.writeInt32BE(-1, at); // first sequence
  body.writeInt32BE(count, at);
  const checked = Buffer.concat([body, records]);
  const head = Buffer.alloc(21); // base offset 0
  head.writeInt32BE(9 + checked.length, 8); // length of all that follows
  head.writeInt32BE(-1, 12); // leader epoch
  head.writeInt8(2, 16); // magic
  head.writeUInt32BE(crc32c(checked), 17);
  return Buffer.concat([head, checked]);
}

export function encodeRawRecords(records: readonly RawRecord[]): Buffer {
  return Buffer.concat(
    records.map(({ offsetDelta, value }) => {
      const body = Buffer.concat([
        Buffer.from([0]), // attributes
        varint(0), // timestamp delta
        varint(offsetDelta),
        varint(-1), // no key
        varint(value.length),
        value,
        varint(0), // headers
      ]);
      return Buffer.concat([varint(body.length), body]);
    }),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

const CASTAGNOLI = 0x82f63b78;
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? CASTAGNOLI : 0);
  return crc;
});

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
