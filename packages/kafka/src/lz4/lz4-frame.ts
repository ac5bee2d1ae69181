import { BatchTooLarge } from '../unreadable-batch.ts';
import { damaged, decompressBlock, DISTANCE_BYTES, LONG, SHORTEST_MATCH } from './lz4-block.ts';

// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md: magic number, FLG, BD, optionally a content size and a dictionary id,
// a checksum of these; then blocks, each preceded by its size; a size of 0 ends them.
const MAGIC = 0x184d2204;
const HAS_BLOCK_CHECKSUMS = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_DICTIONARY = 0x01;
const SIZE_BITS = 0x7fffffff;

/** Compressed bytes between `start` and `end` of a frame. `size` is what they decompress to. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly isStored: boolean;
  readonly size: number;
}

/**
 * The LZ4 frame at the beginning of some data, which is what a record batch of Kafka holds; what follows it is ignored. Its
 * size is known before it is decompressed, so memory for many frames can be taken at once, beforehand. Its checksums are
 * ignored: the record batch has one of its own, and its records must fill it exactly.
 */
export class Lz4Frame {
  /** What all blocks decompress to, in bytes. */
  readonly size: number;
  readonly #data: Uint8Array;
  readonly #blocks: readonly Block[];

  /** Throws `BatchTooLarge` if the frame holds more than `mostBytes`, and `RangeError` if `data` does not begin with a whole frame. */
  constructor(data: Buffer, mostBytes: number) {
    const blocks = readBlocks(data, mostBytes);
    this.#data = data;
    this.#blocks = blocks;
    this.size = blocks.reduce((sum, block) => sum + block.size, 0);
  }

  /** Decompresses into `target[at, at + size)`. Throws `RangeError` if the frame is damaged. */
  decompressInto(target: Uint8Array, at: number): void {
    const data = this.#data;
    let next = at;
    for (const { start, end, isStored, size } of this.#blocks) {
      if (isStored) target.set(data.subarray(start, end), next);
      else decompressBlock(data, [start, end], target, [next, size], at);
      next += size;
    }
  }
}

function readBlocks(data: Buffer, mostBytes: number): readonly Block[] {
  if (data.length < 7 || data.readUInt32LE(0) !== MAGIC) throw new RangeError('this is no LZ4 frame');
  const flags = data.readUInt8(4);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (has(HAS_DICTIONARY)) throw new RangeError('the LZ4 frame needs a dictionary');
  const trailer = has(HAS_BLOCK_CHECKSUMS) ? 4 : 0;
  const blocks: Block[] = [];
  let room = mostBytes;
  let at = 7 + (has(HAS_CONTENT_SIZE) ? 8 : 0);
  for (;;) {
    const field = data.readInt32LE(at);
    at += 4;
    if (field === 0) break;
    const isStored = field < 0; // its highest bit
    const end = at + (field & SIZE_BITS);
    if (end > data.length) throw cutOff();
    const size = isStored ? end - at : measureBlock(data, at, end, room);
    if (size > room) throw new BatchTooLarge(mostBytes);
    room -= size;
    blocks.push({ start: at, end, isStored, size });
    at = end + trailer;
  }
  if (at + (has(HAS_CONTENT_CHECKSUM) ? 4 : 0) > data.length) throw cutOff();
  return blocks;
}

const cutOff = (): RangeError => new RangeError('the LZ4 frame is cut off');

/** How many bytes a block decompresses to, by its sequences; counts on to the first that leads past `enough`. */
function measureBlock(data: Uint8Array, start: number, end: number, enough: number): number {
  let size = 0;
  let at = start;
  while (size <= enough) {
    const token = data[at++] ?? 0;
    let literals = token >>> 4;
    if (literals === LONG) {
      let more = 255;
      while (more === 255) {
        more = data[at++] ?? 0;
        literals += more;
      }
    }
    at += literals;
    size += literals;
    if (at >= end) break;
    at += DISTANCE_BYTES;
    let match = token & LONG;
    if (match === LONG) {
      let more = 255;
      while (more === 255) {
        more = data[at++] ?? 0;
        match += more;
      }
    }
    size += match + SHORTEST_MATCH;
  }
  if (at > end) throw damaged();
  return size;
}
