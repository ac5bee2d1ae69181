import { expect, test } from 'vitest';
import { parseTicket, ticketQuery } from '@client-tickets/tickets';
import { ExaminedRows } from '../src/verify/examined-rows.ts';
import { QueryRows } from '../src/verify/query-rows.ts';
import type { RangeEvidence } from '../src/verify/range-evidence.ts';
import { TopicSample } from '../src/verify/topic-sample.ts';

/** Where offset 0 of the log lies that replaced the first one. */
const NEXT_LOG = 10n ** 15n;

function sampleOf(startOffset: bigint, endOffset: bigint, earliest: bigint, latest: bigint) {
  return new TopicSample(
    new QueryRows(ticketQuery),
    parseTicket,
    new Map([[0, { startOffset, endOffset }]]),
    new Map([[0, { earliest, latest }]]),
  );
}

/** Rows and dead letters in any order. */
function rangeOf(rows: readonly bigint[], deadLetters: readonly bigint[]): RangeEvidence {
  return {
    partition: 0,
    range: { startOffset: 0n, endOffset: 1_000n },
    stem: '',
    files: [],
    isMerged: false,
    rows: ExaminedRows.of(rows.map((offset) => ({ offset, counted: [], window: -1, at: Number.NaN }))),
    deadLetters,
    late: new Map(),
    differences: [],
  };
}

const OFFSETS = Array.from({ length: 1_000 }, (_, index) => BigInt(index));

test('a partition is looked at where it begins, in its middle and where it ends, as far as the log holds it', () => {
  const sample = sampleOf(0n, 1_000n, 400n, 2_000n);
  sample.addRange(rangeOf(OFFSETS, []));
  expect(sample.windows().get(0)).toEqual([
    { startOffset: 400n, endOffset: 450n },
    { startOffset: 700n, endOffset: 750n },
    { startOffset: 950n, endOffset: 1_000n },
  ]);
});

test.each([
  ['all of them', () => false, []],
  ['the last of them', (offset: bigint) => offset < 900n, []],
  ['every third', (offset: bigint) => offset % 3n > 0n, []],
  ['one neither row nor dead letter', (offset: bigint) => offset % 3n > 0n, [300n]],
])('offsets are no holes where dead letters are %s', (_, isRow, missing) => {
  const sample = sampleOf(0n, 1_000n, 0n, 2_000n);
  const there = OFFSETS.filter((offset) => !missing.includes(offset));
  const letters = there.filter((offset) => !isRow(offset));
  sample.addRange(rangeOf(there.filter(isRow), letters.toReversed()));
  const holes = missing.map((offset) => ({ startOffset: offset, endOffset: offset + 1n }));
  const windows = [0n, 500n, 950n].map((start) => ({ startOffset: start, endOffset: start + 50n }));
  const expected = [...windows, ...holes].sort((a, b) => Number(a.startOffset - b.startOffset));
  expect(sample.windows().get(0)).toEqual(expected);
});

test('of a log that replaced another one the offsets are those that the topic knows', () => {
  const sample = sampleOf(0n, NEXT_LOG + 60n, 10n, 80n);
  expect(sample.windows().get(0)).toEqual([{ startOffset: 10n, endOffset: 60n }]);
  const record = { offset: 20n, timestamp: 0, key: null, value: Buffer.from('{') };
  expect(sample.compare(new Map([[0, [record]]]))).toMatchObject([
    {
      code: 'topic_differs',
      offsets: { startOffset: NEXT_LOG + 20n },
      message: expect.stringContaining('offset 20: the topic has a record that no file holds'),
    },
  ]);
});
