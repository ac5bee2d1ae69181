import { StreamingQuery, type StreamingQueryOptions } from '@client-tickets/micro-batch';
import { expect, test } from 'vitest';
import type { LetterCounts } from '../support/letter-query.ts';

test('options that cannot be meant are refused by name before anything starts', () => {
  const options = {} as StreamingQueryOptions<LetterCounts>; // nothing of it is looked at
  const start = (wrong: object) => () =>
    StreamingQuery.start({ ...options, trigger: { kind: 'availableNow' }, ...wrong });
  const refusal = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'settings', message: expect.stringMatching(message) });
  for (const limit of [-1, 1.5, Number.NaN, Infinity]) {
    expect(start({ maxOffsetsPerTrigger: limit })).toThrow(
      refusal(new RegExp(`maxOffsetsPerTrigger.* ${limit}$`)),
    );
  }
  expect(
    start({ maxBytesAtOnce: 0, recordsWaitMs: -1, trigger: { kind: 'interval', everyMs: Number.NaN } }),
  ).toThrow(refusal(/maxBytesAtOnce: .*found 0; recordsWaitMs: .*found -1; trigger.everyMs: .*found NaN/));
});
