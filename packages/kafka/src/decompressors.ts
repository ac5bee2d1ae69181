import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { decompress as decompressWithFzstd, Decompress as ZstdStream } from 'fzstd';
import { Lz4Frame } from './lz4/lz4-frame.ts';
import { decompressSnappy } from './snappy-framing.ts';
import { BatchTooLarge } from './unreadable-batch.ts';
import { checkZstdFrames } from './zstd-frames.ts';

/** Rejects with `BatchTooLarge` when the data decompresses to more than `mostBytes`, and with another error when it is damaged. */
export interface Decompressor {
  (data: Buffer, mostBytes: number): Promise<Buffer>;
  /** The same, at once, on this thread. */
  readonly sync: (data: Buffer, mostBytes: number) => Buffer;
}

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);

export const gzipDecompressor: Decompressor = Object.assign(
  async (data: Buffer, mostBytes: number): Promise<Buffer> => {
    try {
      return await gunzip(data, gzipOptions(data, mostBytes));
    } catch (error) {
      throw named(error, mostBytes);
    }
  },
  {
    sync: (data: Buffer, mostBytes: number): Buffer => {
      try {
        return zlib.gunzipSync(data, gzipOptions(data, mostBytes));
      } catch (error) {
        throw named(error, mostBytes);
      }
    },
  },
);

const SIZE_BYTES = 4;
const MOST_AT_ONCE = 8 * 1024 * 1024;
/** Sizes are a producer's word, and one that is too small must not have the rest come in thousands of pieces. */
const LEAST_AT_ONCE = 4 * 1024;

/** gzip data ends with its decompressed size. */
function gzipOptions(data: Buffer, maxOutputLength: number): zlib.ZlibOptions {
  const size = data.length < SIZE_BYTES ? 0 : data.readUInt32LE(data.length - SIZE_BYTES);
  return inOnePiece(size, maxOutputLength);
}

/**
 * Where the result takes no more than `bytes`, it comes in one piece, and nothing is copied. A byte more, because a piece that is full
 * makes room for another one.
 */
function inOnePiece(
  bytes: number,
  maxOutputLength: number,
): { readonly maxOutputLength: number; readonly chunkSize: number } {
  const chunkSize = Math.min(Math.max(bytes + 1, LEAST_AT_ONCE), MOST_AT_ONCE, maxOutputLength);
  return { maxOutputLength, chunkSize: Math.max(64, chunkSize) };
}

export const snappyDecompressor: Decompressor = Object.assign(
  async (data: Buffer, mostBytes: number): Promise<Buffer> => decompressSnappy(data, mostBytes),
  { sync: decompressSnappy },
);

export const lz4Decompressor: Decompressor = Object.assign(
  async (data: Buffer, mostBytes: number): Promise<Buffer> => decompressFrame(data, mostBytes),
  { sync: decompressFrame },
);

function decompressFrame(data: Buffer, mostBytes: number): Buffer {
  const frame = new Lz4Frame(data, mostBytes);
  const bytes = Buffer.allocUnsafeSlow(frame.size);
  frame.decompressInto(bytes, 0);
  return bytes;
}

// Missing before Node.js 22.15, whatever the types say.
const native: Partial<Pick<typeof zlib, 'zstdDecompress' | 'zstdDecompressSync'>> = zlib;

export const zstdDecompressor: Decompressor = Object.assign(
  async (data: Buffer, mostBytes: number): Promise<Buffer> => {
    if (native.zstdDecompress === undefined) return zstdDecompressor.sync(data, mostBytes);
    const { roomBytes } = checkZstdFrames(data, mostBytes);
    try {
      return await promisify<Buffer, zlib.ZstdOptions, Buffer>(native.zstdDecompress)(
        data,
        inOnePiece(roomBytes, mostBytes),
      );
    } catch (error) {
      throw named(error, mostBytes);
    }
  },
  {
    sync: (data: Buffer, mostBytes: number): Buffer => {
      const { isBounded, roomBytes } = checkZstdFrames(data, mostBytes);
      if (native.zstdDecompressSync === undefined)
        return isBounded ? asBuffer(decompressWithFzstd(data)) : decompressInSteps(data, mostBytes);
      try {
        return native.zstdDecompressSync(data, inOnePiece(roomBytes, mostBytes));
      } catch (error) {
        throw named(error, mostBytes);
      }
    },
  },
);

function decompressInSteps(data: Buffer, mostBytes: number): Buffer {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const stream = new ZstdStream((piece) => {
    size += piece.length;
    if (size > mostBytes) throw new BatchTooLarge(mostBytes);
    pieces.push(Uint8Array.from(piece)); // its memory is used again
  });
  stream.push(data, true);
  return Buffer.concat(pieces);
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function named(error: unknown, mostBytes: number): unknown {
  const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
  return isTooLarge ? new BatchTooLarge(mostBytes) : error;
}
