import { constants } from 'node:fs';
import { stat, type FileHandle } from 'node:fs/promises';
import { errorCode, openFile, replaceFile } from '@client-tickets/local-folder';
import type { SourceRecord } from '@client-tickets/micro-batch';
import type { LogLayout } from './log-layout.ts';
import {
  emptyBounds,
  encodeBounds,
  readBounds,
  writeBounds,
  type PartitionBounds,
} from './partition-bounds.ts';
import { encodeFrame } from './record-frame.ts';
import { recoverPartition } from './recover-partition.ts';

/** A partition as its one writer has it open. */
export interface PartitionFile {
  readonly partition: number;
  /** Gives the record the next offset and lines it up for the next `flush`. */
  stage(record: Omit<SourceRecord, 'offset'>): bigint;
  /** Writes what is lined up and shows it to readers once it is on disk. One call at a time. */
  flush(): Promise<void>;
  /** What readers see. */
  bounds(): PartitionBounds;
  /** Hides the records before `earliest`, durably. Not while a `flush` is under way. */
  hideBefore(earliest: bigint, earliestPosition: number): Promise<void>;
  close(): Promise<void>;
}

/** Creates the empty files of a partition; a partition that has both is left as it is. */
export async function createPartition(layout: LogLayout, partition: number): Promise<void> {
  await createFile(layout.log(partition), Buffer.alloc(0));
  await createFile(layout.bounds(partition), encodeBounds(emptyBounds));
}

export async function openPartition(layout: LogLayout, partition: number): Promise<PartitionFile> {
  const path = layout.log(partition);
  const published = await readBounds(layout.bounds(partition));
  const log = await openFile(path, constants.O_RDWR);
  let boundsFile: FileHandle | undefined;
  try {
    let bounds = await recoverPartition(log, path, published);
    await log.datasync();
    boundsFile = await openFile(layout.bounds(partition), constants.O_RDWR);
    await writeBounds(boundsFile, bounds);
    const openBoundsFile = boundsFile;

    let next = bounds.latest;
    let staged: Buffer[] = [];
    return {
      partition,
      stage(record) {
        const offset = next++;
        staged.push(encodeFrame({ ...record, offset }));
        return offset;
      },
      async flush() {
        if (staged.length === 0) return;
        const bytes = Buffer.concat(staged);
        const latest = bounds.latest + BigInt(staged.length);
        staged = [];
        await writeAll(log, bytes, bounds.latestPosition);
        await log.datasync();
        bounds = { ...bounds, latest, latestPosition: bounds.latestPosition + bytes.byteLength };
        await writeBounds(openBoundsFile, bounds);
      },
      bounds: () => bounds,
      async hideBefore(earliest, earliestPosition) {
        bounds = { ...bounds, earliest, earliestPosition };
        await writeBounds(openBoundsFile, bounds);
        await openBoundsFile.datasync();
      },
      async close() {
        await openBoundsFile.close();
        await log.close();
      },
    };
  } catch (error) {
    await boundsFile?.close();
    await log.close();
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, written, bytes.byteLength - written, position + written);
    written += bytesWritten;
  }
}

async function createFile(path: string, content: Buffer): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await replaceFile(path, content);
  }
}
