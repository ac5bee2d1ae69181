import { UnfoldsTooFar } from './unreadable-batch.ts';

// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md: magic number, FLG, BD, perhaps a content size and a dictionary,
// a checksum of these; then blocks, each with its size before it, up to one of size 0.
const MAGIC = 0x184d2204;
const HAS_BLOCK_CHECKSUMS = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_DICTIONARY = 0x01;
const IS_STORED = 0x80000000;
const MOST_RATIO = 255;

/**
 * The frame that data begins with, without what follows it: Kafka's batches have one. Throws `UnfoldsTooFar` when it holds
 * more than `mostBytes`. Nothing is unfolded for that: a block can't hold more than its frame allows to a block, nor than 255
 * times its size; only where all blocks together could be too large are their sequences walked through.
 */
export function checkLz4Frame(data: Buffer, mostBytes: number): Buffer {
  const frame = readFrame(data);
  if (frame.mostBytes <= mostBytes) return data.subarray(0, frame.end);
  let size = 0;
  for (const { start, end, isStored } of frame.blocks) {
    size += isStored ? end - start : measureBlock(data, start, end, mostBytes - size);
    if (size > mostBytes) throw new UnfoldsTooFar(mostBytes);
  }
  return data.subarray(0, frame.end);
}

interface Block {
  readonly start: number;
  readonly end: number;
  readonly isStored: boolean;
}

function readFrame(data: Buffer): {
  readonly blocks: readonly Block[];
  readonly mostBytes: number;
  readonly end: number;
} {
  if (data.length < 7 || data.readUInt32LE(0) !== MAGIC) throw new RangeError('this is no LZ4 frame');
  const flags = data.readUInt8(4);
  const largestBlock = 4 ** (4 + ((data.readUInt8(5) >>> 4) & 7)) * 256; // 4: 64 KiB, 5: 256 KiB, 6: 1 MiB, 7: 4 MiB
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const trailer = has(HAS_BLOCK_CHECKSUMS) ? 4 : 0;
  const blocks: Block[] = [];
  let mostBytes = 0;
  let at = 7 + (has(HAS_CONTENT_SIZE) ? 8 : 0) + (has(HAS_DICTIONARY) ? 4 : 0);
  for (;;) {
    const field = data.readUInt32LE(at);
    at += 4;
    if (field === 0) break;
    const isStored = field >= IS_STORED;
    const size = isStored ? field - IS_STORED : field;
    mostBytes += isStored ? size : Math.min(largestBlock, size * MOST_RATIO);
    blocks.push({ start: at, end: at + size, isStored });
    at += size + trailer;
  }
  const end = at + (has(HAS_CONTENT_CHECKSUM) ? 4 : 0);
  if (end > data.length) throw new RangeError('the LZ4 frame is cut off');
  return { blocks, mostBytes, end };
}

const LONG = 15;
const SHORTEST_MATCH = 4;

/** What a block unfolds to, as its sequences say; stops at the first that leads past `enough`. */
function measureBlock(data: Buffer, start: number, end: number, enough: number): number {
  let size = 0;
  let at = start;
  const readLength = (nibble: number): number => {
    let length = nibble;
    if (nibble < LONG) return length;
    for (;;) {
      const byte = data.readUInt8(at++);
      length += byte;
      if (byte < 255) return length;
    }
  };
  while (at < end && size <= enough) {
    const token = data.readUInt8(at++);
    const literals = readLength(token >>> 4);
    at += literals;
    size += literals;
    if (at >= end) break; // the last sequence is literals alone
    at += 2; // how far back the match lies
    size += readLength(token & LONG) + SHORTEST_MATCH;
  }
  return size;
}
