import type { FileHandle } from 'node:fs/promises';
import { EmbeddedLogError } from './errors.ts';
import { readWindow } from './frame-window.ts';
import type { PartitionBounds } from './partition-bounds.ts';
import { checkFrame } from './record-frame.ts';

const WINDOW_BYTES = 1024 * 1024;

/**
 * Reads a partition's whole file before a new writer appends to it, and returns where it ends.
 *
 * Records behind `bounds.latest` were under way when the last writer stopped: they were never acknowledged. Those
 * that are whole stay; the first torn one and what follows are cut off. Damage before that point is an error, and
 * nothing is changed.
 */
export async function recoverPartition(
  file: FileHandle,
  path: string,
  bounds: PartitionBounds,
): Promise<PartitionBounds> {
  const { size } = await file.stat();
  const acknowledged = bounds.latestPosition;
  let offset = 0n;
  let position = 0;
  let torn: string | undefined;
  while (position < size && torn === undefined) {
    const buffer = await readWindow(file, { position, limit: size, maxBytes: WINDOW_BYTES });
    let at = 0;
    while (at < buffer.byteLength) {
      const frame = checkFrame(buffer, at);
      if (frame.kind === 'whole' && frame.offset === offset) {
        at = frame.end;
        offset += 1n;
        continue;
      }
      if (frame.kind === 'whole')
        torn = `the record there has offset ${frame.offset}, expected was ${offset}`;
      else if (frame.kind === 'damaged') torn = frame.reason;
      else if (at === 0) torn = 'the file ends in the middle of a record';
      break;
    }
    position += at;
  }
  if (position < acknowledged) {
    throw new EmbeddedLogError(
      'corrupt',
      `${path} is damaged at byte ${position}: ${torn ?? 'the file ends there'}, although everything up to byte ` +
        `${acknowledged} (offset ${bounds.latest}) had been acknowledged. Nothing was changed. Restore the folder from ` +
        'a copy, or delete the topic folder to start over.',
    );
  }
  if (torn !== undefined) await file.truncate(position);
  return { ...bounds, latest: offset, latestPosition: position };
}
