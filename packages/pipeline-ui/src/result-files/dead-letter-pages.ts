import type { ObjectStore, StoredFiles } from '@client-tickets/micro-batch';
import type { DeadLetters, DeadLetterView } from '../api/index.ts';
import { ApiError } from '../api/api-error.ts';
import { deadLetterFiles } from './dead-letter-files.ts';
import { createDeadLetterStream, type DeadLetterStream } from './dead-letter-stream.ts';
import { MOST_BYTES, type FileReads } from './file-reads.ts';

export interface DeadLetterQuery {
  readonly limit: number;
  /** The `next` of an earlier answer. */
  readonly before: string | undefined;
  /** Only those whose reason holds this text, in any case. */
  readonly reason: string | undefined;
}

export interface DeadLetterSources {
  readonly results: ObjectStore;
  readonly reads: FileReads;
  readonly partitions: readonly number[];
  /** Of a partition, oldest first. */
  readonly recentFiles: (partition: number) => readonly StoredFiles[];
}

const MOST_FILES = 100;
const NO_BOUND = 2n ** 63n;

/**
 * One page of dead letters, newest first: each partition is read backwards, and of what they have next, the one with the
 * latest time comes first. Stops when the page is full or enough files were read; the cursor says where to go on.
 */
export async function readDeadLetterPage(
  { results, reads, partitions, recentFiles }: DeadLetterSources,
  { limit, before, reason }: DeadLetterQuery,
): Promise<DeadLetters> {
  const bounds = before === undefined ? new Map<number, bigint>() : parseCursor(before);
  const matches = createMatch(reason);
  const budget = {
    files: Math.max(MOST_FILES, 2 * partitions.length),
    bytes: MOST_BYTES,
    filesRead: 0,
    skipped: new Set<string>(),
  };
  return reads.inTurn(async (read) => {
    const streams = partitions.map((partition) => {
      const bound = bounds.get(partition) ?? NO_BOUND;
      const files = deadLetterFiles(results, partition, bound, recentFiles(partition));
      return createDeadLetterStream({ partition, bound, files, read, budget, matches });
    });
    const items: DeadLetterView[] = [];
    let isInBudget = true;
    while (items.length < limit) {
      for (const stream of streams) isInBudget = (await stream.advance()) && isInBudget;
      // Without the heads of all, the order is not certain. One is taken even so if there is none yet, or no page would get on.
      if (!isInBudget && items.length > 0) break;
      const newest = streams.filter(({ head }) => head !== undefined).sort(byNewestHead)[0];
      if (newest?.head === undefined) break;
      items.push(newest.head);
      newest.take();
    }
    const isAtEnd = isInBudget && items.length < limit;
    const { filesRead, skipped } = budget;
    const problem = skipped.size === 0 ? null : [...skipped].slice(0, 3).join('; ');
    return { items, next: isAtEnd ? null : encodeCursor(streams), filesRead, problem };
  });
}

function createMatch(reason: string | undefined): (letter: DeadLetterView) => boolean {
  const wanted = reason?.trim().toLowerCase() ?? '';
  return wanted === '' ? () => true : (letter) => letter.reason.toLowerCase().includes(wanted);
}

function byNewestHead(a: DeadLetterStream, b: DeadLetterStream): number {
  const [timeA, timeB] = [timeOf(a.head), timeOf(b.head)];
  return timeA === timeB ? a.partition - b.partition : Math.sign(timeB - timeA);
}

/** One without a time may be as new as any. */
function timeOf(letter: DeadLetterView | undefined): number {
  return letter === undefined || letter.timestamp === null ? Number.MAX_VALUE : Date.parse(letter.timestamp);
}

/** `0:123,1:45`: how far each partition has been gone back. One that is missing has not been looked at. */
function encodeCursor(streams: readonly DeadLetterStream[]): string {
  return streams
    .filter(({ position }) => position !== NO_BOUND)
    .map(({ partition, position }) => `${partition}:${position}`)
    .join(',');
}

export const DEAD_LETTER_CURSOR = /^\d{1,9}:\d{1,19}(,\d{1,9}:\d{1,19})*$/;

function parseCursor(text: string): ReadonlyMap<number, bigint> {
  if (!DEAD_LETTER_CURSOR.test(text)) {
    throw new ApiError(
      'bad_request',
      `before: expected the \`next\` of an earlier answer, found ${JSON.stringify(text)}`,
    );
  }
  return new Map(
    [...text.matchAll(/(?<!\d)(\d{1,9}):(\d{1,19})/g)].map(([, partition, bound]) => [
      Number(partition),
      BigInt(bound ?? 0),
    ]),
  );
}
