import { compressSync, uncompressSync } from 'snappy';
import { BatchTooLarge } from './unreadable-batch.ts';

// The framing of snappy-java, which Java's client writes and most others read: a header, then blocks, each with its
// length before it. https://github.com/xerial/snappy-java, SnappyOutputStream and SnappyCodec. Some clients
// write one bare block instead; the header tells the two apart.
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]); // "\x82SNAPPY\0"
const VERSION = 1;
const HEADER_BYTES = MAGIC.length + 4 + 4;
const LENGTH_BYTES = 4;
const BLOCK_BYTES = 32 * 1024;

export function compressSnappy(data: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeInt32BE(VERSION, MAGIC.length);
  header.writeInt32BE(VERSION, MAGIC.length + 4); // the oldest version that can read it
  const parts: Uint8Array[] = [header];
  for (let start = 0; start < data.length; start += BLOCK_BYTES) {
    const block = compressSync(data.subarray(start, start + BLOCK_BYTES));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/**
 * Reads framed and bare snappy. Throws `BatchTooLarge` when the blocks say that they hold more than `mostBytes`, before any is
 * decompressed, and something else when the data is neither.
 */
export function decompressSnappy(data: Buffer, mostBytes: number): Buffer {
  const blocks = splitBlocks(data);
  const sizes = blocks.map(declaredBytes);
  const size = sizes.reduce((sum, each) => sum + each, 0);
  if (size > mostBytes) throw new BatchTooLarge(mostBytes);
  const [only] = blocks;
  if (blocks.length === 1 && only !== undefined) return decompressBlock(only);
  const whole = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const block of blocks) at += decompressBlock(block).copy(whole, at);
  return whole;
}

function splitBlocks(data: Buffer): readonly Buffer[] {
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return [data];
  const blocks: Buffer[] = [];
  for (let position = HEADER_BYTES; position < data.length;) {
    const length = data.readInt32BE(position);
    if (length < 0) throw new RangeError(`a snappy block of ${length} bytes`);
    const start = position + LENGTH_BYTES;
    blocks.push(data.subarray(start, start + length));
    position = start + length;
  }
  return blocks;
}

/** A block begins with its decompressed size, seven bits a byte; decoders hold it to that. */
function declaredBytes(block: Buffer): number {
  let size = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block.readUInt8(index);
    size += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return size;
  }
  throw new RangeError('the size of a snappy block takes more than five bytes');
}

function decompressBlock(block: Buffer): Buffer {
  const bytes = uncompressSync(block, { asBuffer: true });
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}
