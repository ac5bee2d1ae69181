import { openFile } from '@client-tickets/local-folder';
import { RecordBlock, type SourceRecord } from '@client-tickets/micro-batch';
import { EmbeddedLogError } from './errors.ts';
import { readWindow } from './frame-window.ts';
import type { LogLayout } from './log-layout.ts';
import { readBounds, type PartitionBounds } from './partition-bounds.ts';
import { checkFrame, decodeFrame } from './record-frame.ts';

/** Where in the file a record begins. */
interface Landmark {
  readonly offset: bigint;
  readonly position: number;
}

export type PartitionRead =
  | {
      readonly kind: 'records';
      readonly records: RecordBlock;
      readonly endOffset: bigint;
      readonly bytes: number;
    }
  | { readonly kind: 'nothing-new' }
  /** The offset is before the log's start or behind its end. */
  | { readonly kind: 'out-of-range' };

export interface PartitionReader {
  /** Up to about `maxBytes` of records from `offset` on, at least one record if there is one. */
  read(offset: bigint, maxBytes: number): Promise<PartitionRead>;
  /** Where the record of this offset begins, or the file's end for `latest`. */
  findPosition(offset: bigint): Promise<number>;
}

const LANDMARK_DISTANCE = 256 * 1024;

/**
 * Reads one partition's file, never more than a window of it at a time. It keeps no file open between calls, so a log
 * that was deleted meanwhile is noticed.
 */
export function createPartitionReader(layout: LogLayout, partition: number): PartitionReader {
  const path = layout.log(partition);
  /** Ascending. Spares a seek the reading of everything before. */
  let landmarks: Landmark[] = [];
  /** Where the last read ended: where the next one begins, as a rule. */
  let cursor: Landmark = { offset: 0n, position: 0 };

  const nearest = (offset: bigint, bounds: PartitionBounds): Landmark => {
    if (cursor.offset === offset) return cursor;
    const known = landmarks.findLast((landmark) => landmark.offset <= offset);
    const start = { offset: bounds.earliest, position: bounds.earliestPosition };
    return known !== undefined && known.offset > start.offset ? known : start;
  };

  const remember = (landmark: Landmark): void => {
    const last = landmarks.at(-1) ?? { offset: 0n, position: 0 };
    if (landmark.position - last.position >= LANDMARK_DISTANCE) landmarks = [...landmarks, landmark];
  };

  /** Reads from a landmark on until at least one record is at or behind `offset`. */
  const readFrom = async (
    offset: bigint,
    bounds: PartitionBounds,
    maxBytes: number,
  ): Promise<{
    readonly records: readonly SourceRecord[];
    readonly position: number;
  }> => {
    const file = await openFile(path);
    try {
      let at = nearest(offset, bounds);
      for (;;) {
        const buffer = await readWindow(file, {
          position: at.position,
          limit: bounds.latestPosition,
          maxBytes,
        });
        const window = decodeWindow(buffer, at, offset, path);
        if (window.records.length > 0) {
          cursor = window.end;
          remember(cursor);
          return { records: window.records, position: window.position };
        }
        at = window.end;
        remember(at);
      }
    } finally {
      await file.close();
    }
  };

  return {
    async read(offset, maxBytes) {
      const bounds = await readBounds(layout.bounds(partition));
      if (offset < bounds.earliest || offset > bounds.latest) {
        // Perhaps another log is in its place now: nothing that was known of the old one holds.
        landmarks = [];
        cursor = { offset: 0n, position: 0 };
        return { kind: 'out-of-range' };
      }
      if (offset === bounds.latest) return { kind: 'nothing-new' };
      const records = RecordBlock.of((await readFrom(offset, bounds, maxBytes)).records);
      return { kind: 'records', records, endOffset: cursor.offset, bytes: records.memoryBytes };
    },
    async findPosition(offset) {
      const bounds = await readBounds(layout.bounds(partition));
      if (offset === bounds.latest) return bounds.latestPosition;
      return (await readFrom(offset, bounds, LANDMARK_DISTANCE)).position;
    },
  };
}

/** The records of a window from `offset` on, and where the first of them begins. */
function decodeWindow(buffer: Buffer, start: Landmark, offset: bigint, path: string) {
  const records: SourceRecord[] = [];
  let position = start.position;
  let expected = start.offset;
  let at = 0;
  while (at < buffer.byteLength) {
    const frame = checkFrame(buffer, at);
    // The window may end anywhere, but begins where a record does.
    if (frame.kind === 'cut' && at > 0) break;
    if (frame.kind !== 'whole' || frame.offset !== expected) {
      throw damage(path, start.position + at, expected);
    }
    if (frame.offset >= offset) {
      if (records.length === 0) position = start.position + at;
      records.push(decodeFrame(buffer, at));
    }
    at = frame.end;
    expected += 1n;
  }
  if (at === 0) throw damage(path, start.position, expected);
  return { records, position, end: { offset: expected, position: start.position + at } };
}

function damage(path: string, position: number, offset: bigint): EmbeddedLogError {
  return new EmbeddedLogError(
    'corrupt',
    `${path} is damaged at byte ${position}: the record of offset ${offset} should begin there and is not whole. ` +
      'Restore the folder from a copy, or delete the topic folder to start over.',
  );
}
