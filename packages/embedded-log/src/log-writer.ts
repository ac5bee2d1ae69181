import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import {
  acquireFolderLock,
  assertNoLinks,
  FolderLockError,
  makeFolder,
  type FolderLock,
} from '@client-tickets/local-folder';
import type { Clock } from '@client-tickets/micro-batch';
import { signalAppend } from './append-signal.ts';
import { EmbeddedLogError } from './errors.ts';
import { logLayout, readTopic, writeTopic, type LogLayout } from './log-layout.ts';
import { toBytes, type LogRecord } from './log-record.ts';
import { createPartition, openPartition, type PartitionFile } from './partition-file.ts';
import { createPartitionReader } from './partition-reader.ts';
import { createPartitioner } from './partitioner.ts';

export interface LogWriterOptions {
  /** The folder of all topics. Created when it is missing. */
  readonly directory: string;
  readonly topic: string;
  /** A new log gets as many. An existing one grows to it, and is refused when it has more. */
  readonly partitions: number;
  /** For waiting to see whether a writer on another machine is alive. Default: that of the system. */
  readonly clock?: Clock;
}

export interface AppendedRecord {
  readonly partition: number;
  readonly offset: bigint;
}

export interface LogWriter {
  readonly topic: string;
  readonly partitions: number;
  /**
   * Stores the records and resolves with their places, in the order given, once they are on disk. Appends that come
   * while others are being written share the next sync. Records of one partition keep the order of the calls.
   *
   * Rejects with an `EmbeddedLogError`. After `failed` the records may be stored or not, and the writer is of no
   * more use.
   */
  append(records: readonly LogRecord[]): Promise<readonly AppendedRecord[]>;
  /**
   * Retention: readers no longer see the records before `offset`. Gives no disk space back. An offset before the
   * partition's start changes nothing, one behind its end is refused.
   */
  truncateBefore(partition: number, offset: bigint): Promise<void>;
  /** Waits for the appends under way and lets another writer in. */
  close(): Promise<void>;
}

/**
 * Opens a log for writing, or creates it. Every record is checked on the way: what a crash left unfinished at the end
 * is cut off, damage before that is an error (`corrupt`). There is one writer at a time, others are refused (`locked`).
 */
export async function openLogWriter({
  directory,
  topic,
  partitions,
  clock,
}: LogWriterOptions): Promise<LogWriter> {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new EmbeddedLogError('refused', `A log has 1 partition or more, but ${partitions} were asked for.`);
  }
  const layout = logLayout(directory, topic);
  await assertNoLinks(dirname(layout.folder), layout.locks);
  await makeFolder(layout.folder);
  const lock = await lockForWriting(layout, clock);
  const files: PartitionFile[] = [];
  try {
    await provideTopic(layout, partitions);
    for (let partition = 0; partition < partitions; partition++) {
      files.push(await openPartition(layout, partition));
    }
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    await lock.release();
    throw error;
  }
  signalAppend(layout.folder);
  return createWriter(layout, files, lock);
}

async function lockForWriting(layout: LogLayout, clock: Clock | undefined): Promise<FolderLock> {
  const location = `The log in ${layout.folder}`;
  try {
    return await acquireFolderLock(layout.locks, location, clock === undefined ? {} : { clock });
  } catch (error) {
    if (!(error instanceof FolderLockError)) throw error;
    throw new EmbeddedLogError('locked', error.message, { cause: error });
  }
}

async function provideTopic(layout: LogLayout, wanted: number): Promise<void> {
  const existing = await readTopic(layout);
  if (existing?.partitions === wanted) return;
  if (existing !== undefined && existing.partitions > wanted) {
    throw new EmbeddedLogError(
      'refused',
      `The log in ${layout.folder} has ${existing.partitions} partitions and cannot lose any, but ${wanted} were asked for. ` +
        `Ask for ${existing.partitions}, or use another folder.`,
    );
  }
  for (let partition = existing?.partitions ?? 0; partition < wanted; partition++) {
    await createPartition(layout, partition);
  }
  await writeTopic(layout, { partitions: wanted, id: existing === undefined ? randomUUID() : existing.id });
}

function createWriter(layout: LogLayout, files: readonly PartitionFile[], lock: FolderLock): LogWriter {
  const choosePartition = createPartitioner(files.length);
  let refusal: EmbeddedLogError | undefined;
  /** Everything that touches the disk, one after the other. */
  let tail: Promise<void> = Promise.resolve();
  /** The group that still takes appends: it waits for the one that is being written. */
  let nextGroup: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const enqueue = (task: () => Promise<void>): Promise<void> => {
    tail = tail.then(task).catch((error: unknown) => {
      refusal ??= new EmbeddedLogError(
        'failed',
        `Writing to the log in ${layout.folder} failed. What was not acknowledged may be stored or not; ` +
          'mend the cause and open the log again.',
        { cause: error },
      );
      throw refusal;
    });
    return tail;
  };

  const joinGroup = (): Promise<void> => {
    nextGroup ??= enqueue(async () => {
      nextGroup = undefined;
      await lock.assertHeld();
      await Promise.all(files.map((file) => file.flush()));
      signalAppend(layout.folder);
    });
    return nextGroup;
  };

  const fileOf = (partition: number): PartitionFile => {
    const file = files[partition];
    if (file !== undefined) return file;
    throw new EmbeddedLogError(
      'refused',
      `The log in ${layout.folder} has partitions 0 to ${files.length - 1}, but ${partition} was asked for.`,
    );
  };

  return {
    topic: layout.topic,
    partitions: files.length,
    async append(records) {
      if (refusal !== undefined) throw refusal;
      // All are checked before the first one gets an offset.
      const staged = records.map((record) => {
        const content = toBytes(record);
        return { content, file: fileOf(record.partition ?? choosePartition(content.key)) };
      });
      if (staged.length === 0) return [];
      const places = staged.map(({ content, file }) => ({
        partition: file.partition,
        offset: file.stage(content),
      }));
      await joinGroup();
      return places;
    },
    async truncateBefore(partition, offset) {
      if (refusal !== undefined) throw refusal;
      const file = fileOf(partition);
      const { latest } = file.bounds();
      if (offset > latest) {
        throw new EmbeddedLogError(
          'refused',
          `Partition ${partition} of the log in ${layout.folder} ends at offset ${latest}: nothing to hide up to ${offset}.`,
        );
      }
      if (offset <= file.bounds().earliest) return;
      const position = await createPartitionReader(layout, partition).findPosition(offset);
      await enqueue(async () => {
        await lock.assertHeld();
        if (offset > file.bounds().earliest) await file.hideBefore(offset, position);
      });
    },
    async close() {
      if (closed !== undefined) return closed;
      refusal ??= new EmbeddedLogError('closed', `The writer of the log in ${layout.folder} is closed.`);
      closed = tail
        // Its caller has been told.
        .catch(() => undefined)
        .then(() => Promise.all(files.map((file) => file.close())))
        .then(() => lock.release());
      return closed;
    },
  };
}
