import { RecordList, type MicroBatch } from '@client-tickets/micro-batch';
import { collectUploads, handleBatch } from '@client-tickets/micro-batch/testing';
import { emptyState, type QueryState } from '@client-tickets/records';
import { createQueryHandler } from '@client-tickets/results';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hourlyQuery as query } from './hourly-query.ts';
import { readLines, topic, toRecord } from './records.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-26T09:00:00Z');

const handler = createQueryHandler(query, { formats: ['json'], watermarkDelayMs: 10 * MINUTE });

/** Tickets that were written the moment they were created, `minutes` after nine; `undefined`: no ticket at all. */
function batch(minutes: readonly (number | undefined)[], startOffset = 0n): MicroBatch {
  const records = minutes.map((minute, index) => {
    const timestamp = START + (minute ?? 0) * MINUTE;
    const ticket = { created_at: new Date(timestamp).toISOString(), type: 'BILLING' };
    const value = minute === undefined ? Buffer.from('no ticket') : Buffer.from(JSON.stringify(ticket));
    return toRecord(startOffset + BigInt(index), value, { timestamp });
  });
  const endOffset = startOffset + BigInt(records.length);
  return { topic, partition: 3, startOffset, endOffset, records: RecordList.of(records) };
}

const lateOf = (files: readonly { readonly key: string; readonly body: Uint8Array }[]): readonly unknown[] =>
  files.filter(({ key }) => key.startsWith('late_tickets/')).flatMap(({ body }) => readLines(body));

test('a late ticket is a row and in the totals, in no window, and named with the watermark that it came after', async () => {
  const start = 9_007_199_254_740_993n; // more than a number can tell
  const { files, state, rows, deadLetters, events } = await handleBatch(
    handler,
    batch([5, 69, 7, 70, undefined, 9], start),
    handler.initialState,
  );
  expect({ rows, deadLetters }).toEqual({ rows: 5, deadLetters: 1 });
  expect(events).toMatchObject({
    count: 5,
    min: START + 5 * MINUTE,
    max: START + 70 * MINUTE,
    watermark: START + 60 * MINUTE,
    late: 1,
  });
  expect(state).toEqual({
    counts: { ticket_counts: { BILLING: 5, GENERAL: 0 } },
    windows: {
      delayMs: 10 * MINUTE,
      watermark: '2026-11-26T10:00:00.000Z',
      late: 1,
      forced: 0,
      prunedUntil: null,
      windows: { '2026-11-26T09:00:00Z': [2, 0], '2026-11-26T10:00:00Z': [2, 0] },
    },
  });
  const late = files.find(({ key }) => key.startsWith('late_tickets/'));
  expect(late?.key).toBe('late_tickets/partition=3/00009007199254740993-00009007199254740998.json');
  expect(Buffer.from(late?.body ?? []).toString()).toBe(
    '{"kafka_partition":3,"kafka_offset":9007199254740998,"created_at":"2026-11-26T09:09:00.000Z",' +
      '"window_start":"2026-11-26T09:00:00Z","window_end":"2026-11-26T10:00:00Z","watermark":"2026-11-26T10:00:00.000Z"}\n',
  );
});

test('the same files and states come of records however they are cut, and of those that are read again', async () => {
  const minutes = fc.array(fc.option(fc.integer({ min: -200, max: 200 }), { nil: undefined, freq: 8 }), {
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(minutes, fc.array(fc.nat(25), { maxLength: 4 }), async (all, cuts) => {
      const whole = await handleBatch(handler, batch(all), handler.initialState);
      const { beginUpload, files } = collectUploads();
      const open = handler.openFiles({ topic, partition: 3, startOffset: 0n, beginUpload });
      let { initialState: state } = handler;
      const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, all.length)), all.length])].sort(
        (a, b) => a - b,
      );
      for (const [index, from] of places.slice(0, -1).entries())
        ({ state } = await open.add(batch(all.slice(from, places[index + 1]), BigInt(from)), state));
      const stored = await open.finish(BigInt(all.length), handler.initialState, state);
      expect(state).toEqual(whole.state);
      expect(stored.state).toEqual(whole.state);
      expect(files).toEqual(new Map(whole.files.map((file) => [file.key, file])));
      expect(lateOf(whole.files)).toHaveLength(whole.state.windows?.late ?? 0);
    }),
    { numRuns: 60 },
  );
});

test('files that lack counted records hold their own windows, and the watermark that was counted with', async () => {
  const { state: counted } = await handleBatch(handler, batch([0, 200]), handler.initialState);
  const open = handler.openFiles({
    topic,
    partition: 3,
    startOffset: 0n,
    beginUpload: collectUploads().beginUpload,
  });
  await open.add(batch([0]), handler.initialState);
  const { state } = await open.finish(2n, handler.initialState, counted);
  expect(state.windows).toEqual({
    ...counted.windows,
    windows: { '2026-11-26T09:00:00Z': [1, 0] },
  });
});

describe('between records', () => {
  const advance = (state: QueryState, others: readonly QueryState[], isIdle: boolean, until = -Infinity) => {
    const advancing = createQueryHandler(query, {
      formats: ['json'],
      watermarkDelayMs: 20 * MINUTE,
      droppableUntil: () => until,
    });
    return advancing.advance?.(state, { others, isIdle });
  };
  const counted = async (...minutes: readonly number[]): Promise<QueryState> =>
    (await handleBatch(handler, batch(minutes), emptyState(query, 20 * MINUTE))).state;

  test('an idle partition follows the others, and one that is not stays', async () => {
    const [state, other] = [await counted(5), await counted(500)];
    expect(advance(state, [other], false)).toBe(state);
    expect(advance(state, [other, emptyState(query, 0)], true)?.windows).toEqual({
      ...state.windows,
      watermark: other.windows?.watermark,
    });
  });

  test('a delay that has changed is taken over', async () => {
    const { state } = await handleBatch(handler, batch([5]), handler.initialState);
    expect(advance(state, [], false)?.windows).toEqual({ ...state.windows, delayMs: 20 * MINUTE });
  });

  test('windows are dropped that may be, once the partition has closed them', async () => {
    const state = await counted(5, 24 * 60, 3 * 24 * 60);
    const starts = (until: number): readonly string[] =>
      Object.keys(advance(state, [], false, until)?.windows?.windows ?? {});
    expect(starts(START + 61 * MINUTE)).toEqual(['2026-11-27T09:00:00Z', '2026-11-29T09:00:00Z']);
    expect(starts(Infinity)).toEqual(['2026-11-29T09:00:00Z']);
    expect(advance(state, [], false, START)).toBe(state);
  });
});
