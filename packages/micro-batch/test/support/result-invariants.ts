import { parseRange, positionIn, type OffsetRange } from '@client-tickets/micro-batch';
import type { MemoryLog, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { expect } from 'vitest';
import { TICKS, type LetterCounts, type LetterRow, type PublishedCounts } from './letter-query.ts';

interface FrontierDocument {
  readonly endOffset: string;
  readonly state: LetterCounts;
}

interface RangeDocument {
  readonly startOffset: string;
  readonly endOffset: string;
}

/** What the invariants read of a partition checkpoint, by themselves. */
interface CheckpointDocument {
  readonly partition: number;
  readonly firstOffset: string;
  readonly counted: FrontierDocument & { readonly lastRecord: unknown };
  readonly stored: FrontierDocument;
  readonly planned: RangeDocument | null;
  readonly gaps: readonly (RangeDocument & { readonly isCounted: boolean })[];
}

/**
 * Holds results and checkpoints to their promises: at every write, and as a whole at the end. `history` is every letter
 * that was ever appended, by partition; the log itself forgets what has expired.
 */
export function watchInvariants(options: {
  readonly log: MemoryLog;
  readonly results: MemoryObjects;
  readonly checkpoints: MemoryObjects;
  readonly history: readonly (readonly LetterRow[])[];
}) {
  const { log, results, checkpoints, history } = options;
  const files = new Map<string, string>();
  const ranges = new Map<string, { readonly partition: number } & OffsetRange>();
  const documents = new Map<number, CheckpointDocument>();
  let starts: Readonly<Record<string, string>> = {};
  let published: PublishedCounts = { ends: {}, counts: {} };

  const read = (objects: MemoryObjects, key: string): string => objects.text(key);

  const isLost = (partition: number, offset: bigint, what: 'rows' | 'counts' = 'rows'): boolean =>
    (documents.get(partition)?.gaps ?? []).some(
      ({ startOffset, endOffset, isCounted }) =>
        BigInt(startOffset) <= offset && offset < BigInt(endOffset) && (what === 'rows' || !isCounted),
    );

  const firstOffset = (partition: number): bigint =>
    BigInt(documents.get(partition)?.firstOffset ?? starts[partition] ?? 0);

  /** Letters of a partition that must be counted, or be in files, up to `end`. */
  const countBefore = (
    partition: number,
    end: bigint,
    what: 'rows' | 'counts',
    counts: Record<string, number> = {},
  ): LetterCounts => {
    const first = firstOffset(partition);
    for (const { offset, letter } of history[partition] ?? []) {
      const at = BigInt(offset);
      if (at < first || at >= end || letter === '!' || isLost(partition, at, what)) continue;
      counts[letter] = (counts[letter] ?? 0) + 1;
    }
    return counts;
  };

  function checkCounts(): void {
    const next = JSON.parse(read(results, '_counts')) as PublishedCounts;
    const counts = {};
    for (const [partition, end] of Object.entries(published.ends)) {
      if (BigInt(next.ends[partition] ?? -1) < BigInt(end)) expect.fail(`counts go back from ${end}`);
    }
    for (const [partition, end] of Object.entries(next.ends))
      countBefore(Number(partition), BigInt(end), 'counts', counts);
    const found = withoutTicks(next.counts);
    if (!isSame(found, counts)) expect(found, 'counts equal their rows').toEqual(counts);
    const [before = 0, now = 0] = [published.counts[TICKS], next.counts[TICKS]];
    if (now < before) expect.fail(`the published ticks go back from ${before} to ${now}`);
    published = next;
  }

  function checkFile(key: string): void {
    const content = read(results, key);
    const former = files.get(key);
    if (former === content) return;
    files.set(key, content);
    const [, partition = '', name = ''] = key.split('/');
    const range = parseRange(name) ?? expect.fail(`${key} has no range`);
    if (former !== undefined) {
      // Once records of a plan are lost, those who know write the file without them, and those who are late with them.
      const rows = [former, content].map((text) => JSON.parse(text) as LetterRow[]);
      const hasGap = (documents.get(Number(partition))?.gaps ?? []).some(
        ({ startOffset, endOffset }) =>
          BigInt(startOffset) < range.endOffset && range.startOffset < BigInt(endOffset),
      );
      const kept = rows.map((all) =>
        all
          .filter(({ offset }) => !isLost(Number(partition), BigInt(offset)))
          .map(({ offset, letter, ticks }) => ({ offset, letter, ...(!hasGap && { ticks }) })),
      );
      expect(kept[0], `${key} never changes`).toEqual(kept[1]);
    }
    const document = documents.get(Number(partition));
    if (range.endOffset > BigInt(document?.counted.endOffset ?? 0))
      expect.fail(`${key} is in a file and not counted`);
    ranges.set(`${partition}/${name}`, { partition: Number(partition), ...range });
    for (const [other, { startOffset, endOffset, ...rest }] of ranges) {
      if (rest.partition !== Number(partition) || other === `${partition}/${name}`) continue;
      if (startOffset < range.endOffset && range.startOffset < endOffset)
        expect.fail(`${key} overlaps ${other}`);
    }
  }

  function checkCheckpoint(key: string): void {
    const next = JSON.parse(read(checkpoints, key)) as CheckpointDocument;
    const { partition, counted, stored, planned } = next;
    const before = documents.get(partition);
    documents.set(partition, next);
    for (const [what, { endOffset, state }] of [
      ['counts', counted],
      ['rows', stored],
    ] as const) {
      const counts = countBefore(partition, BigInt(endOffset), what);
      const found = withoutTicks(state);
      if (!isSame(found, counts)) expect(found, `the state of its ${what} in ${key}`).toEqual(counts);
    }
    if (BigInt(stored.endOffset) > BigInt(counted.endOffset))
      expect.fail(`${key} stores what is not counted`);
    const isWhole = planned?.startOffset === stored.endOffset && planned.endOffset === counted.endOffset;
    if (planned !== null && !isWhole)
      expect.fail(
        `the plan from ${planned.startOffset} to ${planned.endOffset} of ${key} is not what is open`,
      );
    const [countedTicks = 0, storedTicks = 0] = [counted.state[TICKS], stored.state[TICKS]];
    if (counted.endOffset === stored.endOffset && countedTicks !== storedTicks)
      expect.fail(`${key} has ${countedTicks} ticks, and ${storedTicks} where reading begins`);
    if (before === undefined) return;
    if ((counted.state[TICKS] ?? 0) < (before.counted.state[TICKS] ?? 0))
      expect.fail(`the ticks of ${key} go back`);
    for (const frontier of ['counted', 'stored'] as const) {
      if (BigInt(next[frontier].endOffset) < BigInt(before[frontier].endOffset))
        expect.fail(`${frontier} of ${key} goes back to ${next[frontier].endOffset}`);
    }
    if (before.planned === null) return;
    const isStored = before.planned.endOffset === stored.endOffset;
    if (!isStored && planned?.endOffset !== before.planned.endOffset)
      expect.fail(`the plan up to ${before.planned.endOffset} of ${key} was given up`);
  }

  results.onWrite = (key) => {
    if (key === '_counts') checkCounts();
    else if (!key.startsWith('_')) checkFile(key);
  };
  checkpoints.onWrite = (key) => {
    if (key.includes('/partition-')) checkCheckpoint(key);
    else
      ({ startingOffsets: starts } = JSON.parse(read(checkpoints, key)) as {
        startingOffsets: typeof starts;
      });
  };

  return {
    /** Whether the partition has a last record, by which its log is known. */
    hasRead: (partition: number): boolean => (documents.get(partition)?.counted.lastRecord ?? null) !== null,
    /** Whether readers see everything that the log holds. */
    isComplete: (): boolean =>
      log.partitions.every((partition) => {
        const latest = positionIn(BigInt(log.turn(partition)), log.offsets(partition).latest);
        if (!documents.has(partition) && firstOffset(partition) === latest) return true;
        const end = latest.toString();
        return published.ends[partition] === end && documents.get(partition)?.stored.endOffset === end;
      }),
    checkOutcome: (): void => {
      for (const partition of log.partitions) {
        const found = new Map<string, number>();
        for (const [key, content] of files) {
          if (key.split('/')[1] !== String(partition)) continue;
          for (const { offset, letter } of JSON.parse(content) as LetterRow[])
            found.set(`${offset} ${letter}`, (found.get(`${offset} ${letter}`) ?? 0) + 1);
        }
        const first = firstOffset(partition);
        for (const { offset, letter } of history[partition] ?? []) {
          const times = found.get(`${offset} ${letter}`) ?? 0;
          found.delete(`${offset} ${letter}`);
          const isFree = BigInt(offset) < first || isLost(partition, BigInt(offset));
          if (times > 1 || (times === 0 && !isFree))
            expect.fail(`offset ${offset} of partition ${partition} is in ${times} files`);
        }
        expect([...found.keys()], 'rows that were never appended').toEqual([]);
      }
    },
  };
}

function withoutTicks({ [TICKS]: _ticks, ...counts }: LetterCounts): LetterCounts {
  return counts;
}

function isSame(a: LetterCounts, b: LetterCounts): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
