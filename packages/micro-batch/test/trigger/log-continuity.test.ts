import { expect, test } from 'vitest';
import { markOf } from '../../src/checkpoint/record-mark.ts';
import { RecordBlock } from '../../src/ports/record-block.ts';
import type { RecordChunk } from '../../src/ports/source.ts';
import { LogContinuity } from '../../src/trigger/log-continuity.ts';

const record = (offset: bigint, letter: string) => ({
  offset,
  timestamp: 0,
  key: null,
  value: Buffer.from(letter),
});
const chunk = (startOffset: bigint, ...records: readonly ReturnType<typeof record>[]): RecordChunk => ({
  partition: 0,
  startOffset,
  endOffset: startOffset + 5n,
  records: RecordBlock.of(records),
  bytes: 0,
});
const named = (logId: string | undefined, earliest = 0n) => ({ earliest, latest: 20n, logId });

const LAST_READ = record(7n, 'h');
const SAME = chunk(7n, LAST_READ, record(8n, 'i'));
const OTHER = chunk(7n, record(7n, 'x'));
const HOLE = chunk(7n, record(8n, 'i'));

/** That of a log with this name, which was left behind `LAST_READ`. */
function resumed(logId: string | undefined, isDoubted = false): LogContinuity {
  const continuity = new LogContinuity(logId);
  continuity.begin(markOf(LAST_READ), isDoubted);
  return continuity;
}

test('the same record makes a log sure, also under another name, which it has from then on', () => {
  const continuity = resumed('former');
  expect(continuity.inspect(named('next'))).toBe('compare');
  continuity.begin(markOf(LAST_READ), false);
  continuity.compare(SAME);
  expect(continuity.isSure).toBe(true);
  expect(continuity.logId).toBe('next');
  expect(continuity.inspect(named('next'))).toBeUndefined();
});

test('another record there breaks it, whatever its name', () => {
  for (const name of ['former', 'next', undefined]) {
    const continuity = resumed('former');
    continuity.inspect(named(name));
    continuity.begin(markOf(LAST_READ), false);
    continuity.compare(OTHER);
    expect(continuity.isBroken, name).toBe(true);
  }
});

test('without a record there, only the same name, or none, lets it go on', () => {
  for (const [name, isBroken] of [
    ['former', false],
    [undefined, false],
    ['next', true],
  ] as const) {
    const continuity = resumed('former');
    continuity.inspect(named(name));
    continuity.begin(markOf(LAST_READ), false);
    continuity.compare(HOLE);
    expect(continuity.inspect(named(name)), name).toBe(isBroken ? undefined : 'continue');
    expect(continuity.isBroken, name).toBe(isBroken);
  }
});

test('a record that retention has removed meanwhile is like none', () => {
  expect(resumed('former').inspect(named('former', 9n))).toBe('continue');
  const continuity = resumed('former');
  expect(continuity.inspect(named('next', 9n))).toBe('compare');
  continuity.begin(markOf(LAST_READ), false);
  expect(continuity.inspect(named('next', 9n))).toBeUndefined();
  expect(continuity.isBroken).toBe(true);
});

test('a name that changes in the middle of a comparison begins it again, and another change does so, too', () => {
  const continuity = resumed('former');
  expect(continuity.inspect(named('former'))).toBeUndefined();
  expect(continuity.inspect(named('next'))).toBe('compare');
  expect(continuity.inspect(named('next'))).toBeUndefined();
  expect(continuity.inspect(named('third'))).toBe('compare');
});

test('a name that changes once it is sure has it compared', () => {
  const continuity = resumed('former');
  continuity.compare(SAME);
  expect(continuity.inspect(named('former'))).toBeUndefined();
  expect(continuity.inspect(named('next'))).toBe('compare');
});

test('a former name that comes back does not make up for a missing record', () => {
  const continuity = resumed('former');
  continuity.inspect(named('next'));
  continuity.begin(markOf(LAST_READ), false);
  continuity.compare(HOLE);
  continuity.inspect(named('former'));
  expect(continuity.isBroken).toBe(true);
});

test('a log that was found replaced before is only proven by a record', () => {
  const doubted = resumed('former', true);
  doubted.compare(HOLE);
  doubted.inspect(named('former'));
  expect(doubted.isBroken).toBe(true);
  const proven = resumed('former', true);
  proven.compare(SAME);
  expect(proven.isSure).toBe(true);
});

test('of a log of which nothing was read, nothing is taken before its name was asked for', () => {
  const unread = new LogContinuity(undefined);
  unread.begin(undefined, false);
  expect(unread.isSure).toBe(false);
  expect(unread.inspect(named('first'))).toBe('continue');
  expect(unread.isSure).toBe(true);
  expect(unread.logId).toBe('first');
  const known = new LogContinuity('former');
  known.begin(undefined, false);
  expect(known.isSure).toBe(false);
  expect(known.inspect(named('former'))).toBe('continue');
  expect(known.isSure).toBe(true);
});

test('once broken it stays so', () => {
  const continuity = resumed('former');
  continuity.compare(OTHER);
  continuity.begin(markOf(LAST_READ), false);
  expect(continuity.inspect(named('former'))).toBeUndefined();
  expect(continuity.isBroken).toBe(true);
});
