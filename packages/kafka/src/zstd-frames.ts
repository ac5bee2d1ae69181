import { BatchTooLarge } from './unreadable-batch.ts';

// https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1: magic number, descriptor, window, dictionary, content size; then
// blocks, each with three bytes before it, the last of which is marked; perhaps a checksum.
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50; // and the fifteen after it
const LARGEST_BLOCK = 128 * 1024;
const USUAL_WINDOW = 8 * 1024 * 1024; // what each decoder should have room for, says the RFC
const RUN = 1; // a block of one byte, repeated
const COMPRESSED = 2;
/**
 * What blocks rarely exceed, decompressed; JSON in batches of a few kilobytes comes to seven. A short block has a header of three
 * bytes, and might hold the most. Room that stays empty is garbage as well: at 16, a third of it filled, it came to 15 MB.
 */
const USUAL_RATIO = 8;

/**
 * Looks at the headers of all frames, before anything is decompressed. Throws `BatchTooLarge` when they declare more than
 * `mostBytes`, or a window that takes more. `isBounded`: all say how much they hold, so no decoder takes more memory than that.
 * `roomBytes`: room for what they hold, as far as headers and sizes of blocks tell; mostly enough, and not much too large.
 */
export function checkZstdFrames(
  data: Buffer,
  mostBytes: number,
): { readonly isBounded: boolean; readonly roomBytes: number } {
  let declared = 0;
  let roomBytes = 0;
  let isBounded = true;
  let at = 0;
  while (at < data.length) {
    const magic = data.readUInt32LE(at);
    at += 4;
    if (magic >= SKIPPABLE && magic < SKIPPABLE + 16) {
      at += 4 + data.readUInt32LE(at);
      continue;
    }
    if (magic !== MAGIC) throw new RangeError('this is no zstd frame');
    const header = readHeader(data, at);
    declared += header.contentBytes ?? 0;
    const mostWindow = Math.max(mostBytes, USUAL_WINDOW);
    if (declared > mostBytes || header.windowBytes > mostWindow) throw new BatchTooLarge(mostBytes);
    if (header.contentBytes === undefined) isBounded = false;
    const blocks = skipBlocks(data, header.end);
    roomBytes += header.contentBytes ?? blocks.roomBytes;
    at = blocks.end + (header.hasChecksum ? 4 : 0);
  }
  return { isBounded, roomBytes };
}

interface FrameHeader {
  readonly contentBytes: number | undefined;
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
  readonly end: number;
}

function readHeader(data: Buffer, start: number): FrameHeader {
  const descriptor = data.readUInt8(start);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  let at = start + 1;
  let windowBytes = 0;
  if (!isSingleSegment) {
    const window = data.readUInt8(at++);
    const base = 2 ** (10 + (window >>> 3));
    windowBytes = base + (base / 8) * (window & 7);
  }
  at += [0, 1, 2, 4][descriptor & 3] ?? 0; // the number of a dictionary
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const contentBytes = readSize(data, at, sizeBytes);
  const hasChecksum = (descriptor & 4) !== 0;
  return { contentBytes, windowBytes, hasChecksum, end: at + sizeBytes };
}

function readSize(data: Buffer, at: number, bytes: number): number | undefined {
  switch (bytes) {
    case 0:
      return undefined;
    case 1:
      return data.readUInt8(at);
    case 2:
      return data.readUInt16LE(at) + 256;
    case 4:
      return data.readUInt32LE(at);
    default:
      return Number(data.readBigUInt64LE(at));
  }
}

function skipBlocks(data: Buffer, start: number): { readonly end: number; readonly roomBytes: number } {
  let roomBytes = 0;
  let at = start;
  for (;;) {
    const header = data.readUIntLE(at, 3);
    const [isLast, kind, size] = [(header & 1) === 1, (header >>> 1) & 3, header >>> 3];
    if (size > LARGEST_BLOCK) throw new RangeError(`a zstd block of ${size} bytes`);
    roomBytes += kind === COMPRESSED ? Math.min(LARGEST_BLOCK, USUAL_RATIO * size) : size;
    at += 3 + (kind === RUN ? 1 : size);
    if (at > data.length) throw new RangeError('the zstd frame is cut off');
    if (isLast) return { end: at, roomBytes };
  }
}
