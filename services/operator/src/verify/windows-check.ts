import type { Clock, ObjectStore } from '@client-tickets/micro-batch';
import {
  finalDays,
  finalUntil,
  listFinalDays,
  readPublishedWindows,
  windowTable,
  type DeclaredWindows,
} from '@client-tickets/results';
import type { Difference } from './difference.ts';
import { expectedWindows, type WindowedPartition } from './expected-windows.ts';
import { auditFinalWindows } from './final-windows-audit.ts';
import { checkLaterWindows, type SeenWindows } from './later-windows.ts';
import { auditWindows } from './windows-audit.ts';

/** What readers see now. Rejects as the store does. */
export async function readSeenWindows(results: ObjectStore, file: DeclaredWindows): Promise<SeenWindows> {
  const published = await readPublishedWindows(results, file);
  const days = await listFinalDays(results, file);
  // JSON is put last: with it, a day is whole.
  return {
    published,
    days: new Set(days.flatMap(({ date, keys }) => (keys.json === undefined ? [] : [date]))),
  };
}

/**
 * Holds all that is published of windows to checkpoints and rows: the live file, which must have been read **before** the checkpoints,
 * and the files of days that are over.
 */
export async function checkWindows(options: {
  readonly results: ObjectStore;
  readonly file: DeclaredWindows;
  readonly seen: SeenWindows;
  readonly partitions: ReadonlyMap<number, WindowedPartition>;
  /** Of the topic; `undefined`: not known, so neither is what is final. */
  readonly topicPartitions: Iterable<number> | undefined;
  /** Those that have a checkpoint now. */
  readonly readPartitions: () => Promise<readonly number[]>;
  /** Whether nothing has been committed since the partitions were read. */
  readonly isIdle: () => Promise<boolean>;
  readonly clock: Clock;
  readonly waitMs: number;
}): Promise<readonly Difference[]> {
  const { results, file, seen, partitions, topicPartitions, readPartitions, isIdle, clock, waitMs } = options;
  const checkpoints = new Map([...partitions].map(([partition, { checkpoint }]) => [partition, checkpoint]));
  const states = [...checkpoints.values()].flatMap(({ counted }) => counted.state.windows ?? []);
  const until = finalUntil(states);
  const droppedUntil = Math.max(
    ...states.map(({ prunedUntil }) => (prunedUntil === null ? -Infinity : Date.parse(prunedUntil))),
  );
  // Nothing becomes final while a partition has no checkpoint.
  const hasAll = topicPartitions !== undefined && [...topicPartitions].every((each) => partitions.has(each));
  const certain = hasAll ? until : undefined;
  const table = windowTable(file, states, certain);
  const later = await checkLaterWindows({
    seen,
    read: () => readSeenWindows(results, file),
    table,
    until: certain,
    expectedDays: [...finalDays(table, certain).keys()].filter((date) => Date.parse(date) >= droppedUntil),
    file,
    isBegun: [...checkpoints.values()].some(({ counted }) => counted.batchId >= 0),
    isIdle,
    clock,
    waitMs,
  });
  const expected = expectedWindows(file, [...partitions.values()]);
  const auditDays = (closed: number | undefined): Promise<readonly Difference[]> =>
    auditFinalWindows({ results, file, expected, until: closed, droppedUntil });
  // A day is put once all partitions have closed it. One that has begun since may have counted for days that the others had closed.
  const days = await auditDays(until);
  const isNew = (partition: number): boolean => !partitions.has(partition);
  const areKnown = days.length === 0 || !(await readPartitions()).some(isNew);
  return [
    ...auditWindows(file, seen.published, checkpoints),
    ...later,
    ...(areKnown ? days : await auditDays(undefined)),
  ];
}
