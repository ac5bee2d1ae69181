import { crc32 } from 'node:zlib';
import type { SourceRecord } from '@client-tickets/micro-batch';

/*
 * A record on disk, big-endian:
 *
 *   u32 size of the body | u32 CRC-32 of the body | body
 *   body: u64 offset | f64 timestamp | i32 key size (-1: null) | key | i32 value size (-1: null) | value
 */
const HEADER_BYTES = 8;
const OFFSET_AT = HEADER_BYTES;
const TIMESTAMP_AT = OFFSET_AT + 8;
const KEY_SIZE_AT = TIMESTAMP_AT + 8;
const SMALLEST_BODY_BYTES = 24;

/** Of one record with its frame. A size on disk beyond it is damage, and is not trusted with memory. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

export function frameBytes(key: Uint8Array | null, value: Uint8Array | null): number {
  return HEADER_BYTES + SMALLEST_BODY_BYTES + (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
}

export function encodeFrame({ offset, timestamp, key, value }: SourceRecord): Buffer {
  const frame = Buffer.allocUnsafe(frameBytes(key, value));
  frame.writeBigUInt64BE(offset, OFFSET_AT);
  frame.writeDoubleBE(timestamp, TIMESTAMP_AT);
  let at = KEY_SIZE_AT;
  for (const part of [key, value]) {
    at = frame.writeInt32BE(part?.byteLength ?? -1, at);
    if (part !== null) {
      frame.set(part, at);
      at += part.byteLength;
    }
  }
  frame.writeUInt32BE(frame.byteLength - HEADER_BYTES, 0);
  frame.writeUInt32BE(crc32(frame.subarray(HEADER_BYTES)), 4);
  return frame;
}

export type FrameCheck =
  | { readonly kind: 'whole'; readonly offset: bigint; readonly end: number }
  /** The buffer ends before the frame does; `needed` counts from the frame's first byte. */
  | { readonly kind: 'cut'; readonly needed: number }
  | { readonly kind: 'damaged'; readonly reason: string };

/** Is there a whole, undamaged frame at this place of the buffer? */
export function checkFrame(buffer: Buffer, at: number): FrameCheck {
  const left = buffer.byteLength - at;
  if (left < HEADER_BYTES) return { kind: 'cut', needed: HEADER_BYTES };
  const size = buffer.readUInt32BE(at);
  if (size < SMALLEST_BODY_BYTES || size > MAX_FRAME_BYTES - HEADER_BYTES) {
    return { kind: 'damaged', reason: `a record of ${size} bytes is announced there` };
  }
  const end = at + HEADER_BYTES + size;
  if (end > buffer.byteLength) return { kind: 'cut', needed: HEADER_BYTES + size };
  if (crc32(buffer.subarray(at + HEADER_BYTES, end)) !== buffer.readUInt32BE(at + 4)) {
    return { kind: 'damaged', reason: "the record's checksum does not match its bytes" };
  }
  return { kind: 'whole', offset: buffer.readBigUInt64BE(at + OFFSET_AT), end };
}

/** The record of a frame that `checkFrame` found whole. Key and value are views of the buffer. */
export function decodeFrame(buffer: Buffer, at: number): SourceRecord {
  const key = part(buffer, at + KEY_SIZE_AT);
  const value = part(buffer, key.end);
  return {
    offset: buffer.readBigUInt64BE(at + OFFSET_AT),
    timestamp: buffer.readDoubleBE(at + TIMESTAMP_AT),
    key: key.bytes,
    value: value.bytes,
  };
}

function part(buffer: Buffer, at: number): { readonly bytes: Uint8Array | null; readonly end: number } {
  const size = buffer.readInt32BE(at);
  const start = at + 4;
  return size < 0
    ? { bytes: null, end: start }
    : { bytes: buffer.subarray(start, start + size), end: start + size };
}
