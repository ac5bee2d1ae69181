import { crc32 } from 'node:zlib';
import type { SourceRecord } from '../ports/source-record.ts';

/** By what a record is known again: another log would hold another one at this offset, or none. */
export interface RecordMark {
  readonly offset: bigint;
  /** In milliseconds since the epoch, as the log has it. */
  readonly timestamp: number;
  /** CRC-32 of key and value, eight hexadecimal digits. */
  readonly crc: string;
}

const NOTHING = new Uint8Array();

export function markOf({ offset, timestamp, key, value }: SourceRecord): RecordMark {
  const crc = crc32(value ?? NOTHING, crc32(key ?? NOTHING));
  return { offset, timestamp, crc: crc.toString(16).padStart(8, '0') };
}

export function isSameRecord(a: RecordMark, b: RecordMark): boolean {
  return a.offset === b.offset && a.timestamp === b.timestamp && a.crc === b.crc;
}
