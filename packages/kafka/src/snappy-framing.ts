import { compressSync, uncompressSync } from 'snappy';

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

/** Reads framed and bare snappy. Throws when the data is neither. */
export function decompressSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return decompressBlock(data);
  const blocks: Buffer[] = [];
  let position = HEADER_BYTES;
  while (position < data.length) {
    const length = data.readInt32BE(position);
    const start = position + LENGTH_BYTES;
    blocks.push(decompressBlock(data.subarray(start, start + length)));
    position = start + length;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(block: Buffer): Buffer {
  const bytes = uncompressSync(block, { asBuffer: true });
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}
