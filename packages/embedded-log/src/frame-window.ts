import type { FileHandle } from 'node:fs/promises';
import { checkFrame } from './record-frame.ts';

/**
 * The bytes of a partition's file from `position` on: at most `maxBytes` and never beyond `limit`, but at least one
 * whole frame if there is one.
 */
export async function readWindow(
  file: FileHandle,
  {
    position,
    limit,
    maxBytes,
  }: { readonly position: number; readonly limit: number; readonly maxBytes: number },
): Promise<Buffer> {
  const available = limit - position;
  let wanted = Math.min(maxBytes, available);
  for (;;) {
    const buffer = await readBytes(file, position, wanted);
    const first = checkFrame(buffer, 0);
    const isTooSmall = first.kind === 'cut' && first.needed > wanted && wanted < available;
    if (!isTooSmall) return buffer;
    wanted = Math.min(first.needed, available);
  }
}

/** Fewer bytes than wanted where the file ends. */
async function readBytes(file: FileHandle, position: number, wanted: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(wanted);
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await file.read(buffer, filled, wanted - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
