import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { readSmallFile } from '@client-tickets/local-folder';
import { EmbeddedLogError } from './errors.ts';

/**
 * What readers may see of a partition's file: `[earliest, latest)`, and where these offsets begin in the file.
 *
 * The writer moves `latest` only when the records before it are on disk. So everything before `latestPosition` was
 * acknowledged and must be whole, and everything behind it was not and may be torn.
 */
export interface PartitionBounds {
  readonly earliest: bigint;
  readonly earliestPosition: number;
  readonly latest: bigint;
  readonly latestPosition: number;
}

const PAYLOAD_BYTES = 32;

/** How often a reader looks again when it caught the writer in the middle of a write. */
const MAX_LOOKS = 20;

export const emptyBounds: PartitionBounds = {
  earliest: 0n,
  earliestPosition: 0,
  latest: 0n,
  latestPosition: 0,
};

export function encodeBounds(bounds: PartitionBounds): Buffer {
  const bytes = Buffer.alloc(PAYLOAD_BYTES + 4);
  bytes.writeBigUInt64BE(bounds.earliest, 0);
  bytes.writeBigUInt64BE(BigInt(bounds.earliestPosition), 8);
  bytes.writeBigUInt64BE(bounds.latest, 16);
  bytes.writeBigUInt64BE(BigInt(bounds.latestPosition), 24);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, PAYLOAD_BYTES)), PAYLOAD_BYTES);
  return bytes;
}

function decodeBounds(bytes: Buffer): PartitionBounds | undefined {
  if (bytes.byteLength !== PAYLOAD_BYTES + 4) return undefined;
  if (crc32(bytes.subarray(0, PAYLOAD_BYTES)) !== bytes.readUInt32BE(PAYLOAD_BYTES)) return undefined;
  return {
    earliest: bytes.readBigUInt64BE(0),
    earliestPosition: Number(bytes.readBigUInt64BE(8)),
    latest: bytes.readBigUInt64BE(16),
    latestPosition: Number(bytes.readBigUInt64BE(24)),
  };
}

/** Overwrites the few bytes in place: much cheaper than a new file for each group of appends. */
export async function writeBounds(file: FileHandle, bounds: PartitionBounds): Promise<void> {
  await file.write(encodeBounds(bounds), 0, PAYLOAD_BYTES + 4, 0);
}

export async function readBounds(path: string): Promise<PartitionBounds> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const bounds = decodeBounds(await readSmallFile(path));
    if (bounds !== undefined) return bounds;
  }
  throw new EmbeddedLogError(
    'corrupt',
    `${path} should say which records of its partition were acknowledged, but its checksum does not match. ` +
      'Restore the folder from a copy, or delete the whole topic folder to start over.',
  );
}
