import { describe, expect, test } from 'vitest';
import { judgeHours, judgeMovingHours } from '../witness/judge-hours.ts';
import type { Hour, Hours, TopicRecord } from '../witness/reading.ts';

const hour = (at: string, tickets: number, isFinal: boolean): Hour => {
  return { start: `2026-11-${at}:00:00Z`, type: 'BILLING', tickets, isFinal };
};
const record = (partition: number, offset: number, at: string): TopicRecord => {
  const createdAt = Date.parse(`2026-11-${at}:00Z`);
  return { partition, offset, ticketId: `TCK-${partition}-${offset}`, createdAt, type: 'BILLING' };
};

/** Two partitions; in the first one a ticket of nine o'clock comes when that hour is closed, by an hour of the next day. */
const RECORDS = [
  record(0, 0, '26T09:05'),
  record(1, 0, '26T09:30'),
  record(0, 1, '27T01:00'),
  record(0, 2, '26T09:59'),
  record(1, 1, '27T02:00'),
];
const LATE = [{ partition: 0, offset: 2 }];
const DAY = [hour('26T09', 2, true)];
const HOURS: Hours = {
  live: [...DAY, hour('27T01', 1, false), hour('27T02', 1, false)],
  json: DAY,
  parquet: DAY,
};
const judge = (changes: Partial<Hours>, late = LATE): readonly string[] =>
  judgeHours({ hours: { ...HOURS, ...changes }, late }, RECORDS);

describe('the hours at the end of a run', () => {
  test('are as they must be when each counts the tickets that came in time, and is final when all partitions have closed it', () => {
    expect(judge({})).toEqual([]);
    expect(judge({ live: HOURS.live.slice(1) })).toEqual([]);
  });

  test.each<[string, Partial<Hours>, string]>([
    [
      'counts one more',
      { live: [hour('26T09', 3, true), ...HOURS.live.slice(1)] },
      'live: hours that are not',
    ],
    [
      'is called final and is open',
      { live: [...DAY, hour('27T01', 1, true), hour('27T02', 1, false)] },
      'live: hours',
    ],
    ['is nowhere', { live: HOURS.live.slice(0, 2) }, 'hours that are not among'],
    ['is in another file of its day only', { parquet: [] }, 'other hours as Parquet'],
    ['is there for good twice', { json: [...DAY, ...DAY] }, 'json: a final hour is there more than once'],
    [
      'is there for good with another count',
      { parquet: [hour('26T09', 1, true)] },
      'parquet: hours that are not',
    ],
  ])('are wrong when one %s', (_, changes, problem) => {
    expect(judge(changes)).toContainEqual(expect.stringContaining(problem));
  });

  test('are wrong when a late ticket is not named, or named twice, or when another one is', () => {
    expect(judge({}, [])).toEqual(['late tickets that are not named: 0/2']);
    expect(judge({}, [...LATE, ...LATE])).toEqual(['a late ticket is named more than once']);
    expect(judge({}, [...LATE, { partition: 1, offset: 0 }])).toEqual([
      'tickets that are called late and were not: 1/0',
    ]);
  });
});

describe('hours in the middle of a run', () => {
  test('may grow, become final and leave the live file', () => {
    const before: Hours = { live: [hour('26T08', 1, true), hour('26T09', 1, false)], json: [], parquet: [] };
    expect(judgeMovingHours(HOURS, before)).toEqual([]);
  });

  test.each<[string, Hours]>([
    ['counted more before', { ...HOURS, live: [hour('27T01', 2, false)] }],
    ['were final before', { ...HOURS, live: [hour('27T01', 1, true)] }],
    ['were there for good', { ...HOURS, json: [...DAY, hour('25T09', 1, true)] }],
  ])('are wrong when they %s', (_, before) => {
    expect(judgeMovingHours(HOURS, before)).toHaveLength(1);
  });
});
