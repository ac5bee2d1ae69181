import { expect, test } from 'vitest';
import { parseTicket, ticketQuery } from '@client-tickets/tickets';
import { QueryRows } from '../src/verify/query-rows.ts';
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

test('a partition is looked at where it begins, in its middle and where it ends, as far as the log holds it', () => {
  const sample = sampleOf(0n, 1_000n, 400n, 2_000n);
  sample.addRange({
    partition: 0,
    range: { startOffset: 0n, endOffset: 1_000n },
    stem: '',
    files: [],
    isMerged: false,
    rows: Array.from({ length: 1_000 }, (_, index) => ({
      offset: BigInt(index),
      counted: [],
      window: -1,
      at: Number.NaN,
    })),
    deadLetters: [],
    late: new Map(),
    differences: [],
  });
  expect(sample.windows().get(0)).toEqual([
    { startOffset: 400n, endOffset: 450n },
    { startOffset: 700n, endOffset: 750n },
    { startOffset: 950n, endOffset: 1_000n },
  ]);
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
