import {
  addWindows,
  by,
  defineQuery,
  defineRecord,
  emptyState,
  emptyWindows,
  followWatermarks,
  MOST_OPEN_WINDOWS,
  oneOf,
  parseQueryState,
  parseWindows,
  RecordReader,
  timestamp,
  utc,
  WindowFold,
  windowName,
  withoutWindows,
  type WindowsFile,
  type WindowState,
} from '@client-tickets/records';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-26T09:00:00Z');

const query = defineQuery({
  table: 'tickets',
  record: defineRecord('ticket', { created_at: timestamp(), type: oneOf('A', 'B') }),
  derive: {},
  counts: { ticket_counts: by('type'), ticket_counts_by_hour: by('type').perHour('created_at') },
});
const reader = new RecordReader(query.record, { zone: utc, keepUnknownFields: false });

function windowsOf({ windows }: { readonly windows: WindowsFile | undefined }): WindowsFile {
  if (windows === undefined) throw new TypeError('the query counts by windows');
  return windows;
}
const file = windowsOf(query);

interface Row {
  /** Milliseconds since `START`. */
  readonly at: number;
  /** How much later the log got it. */
  readonly after: number;
  readonly type: string;
}

/** The state after the rows, and which were late. */
function fold(before: WindowState, rows: readonly Row[]): { state: WindowState; late: readonly number[] } {
  const late: number[] = [];
  const counting = new WindowFold(file, before, ({ row }) => late.push(row));
  const columns = reader.createColumns(Math.max(1, rows.length));
  for (const { at, type } of rows)
    columns.addParsed({ created_at: new Date(START + at).toISOString(), type }, [], new Uint8Array());
  counting.add(
    columns,
    Float64Array.from(rows, ({ at, after }) => START + at + after),
    0,
  );
  return { state: counting.state, late };
}

/** The rule again, one record at a time, as slowly as it is told. */
function oracle(delayMs: number, rows: readonly Row[]) {
  let watermark = -Infinity;
  const windows = new Map<string, number[]>();
  const late: number[] = [];
  for (const [row, { at, after, type }] of rows.entries()) {
    const start = Math.floor((START + at) / HOUR) * HOUR;
    if (start + HOUR <= watermark) late.push(row);
    else {
      const counts = windows.get(windowName(start)) ?? [0, 0];
      counts[type === 'A' ? 0 : 1] = (counts[type === 'A' ? 0 : 1] ?? 0) + 1;
      windows.set(windowName(start), counts);
    }
    if (after >= -MINUTE) watermark = Math.max(watermark, START + at - delayMs);
  }
  return { watermark, windows: Object.fromEntries([...windows].sort(([a], [b]) => (a < b ? -1 : 1))), late };
}

const rows = fc.array(
  fc.record({
    at: fc.integer({ min: -3 * HOUR, max: 5 * HOUR }),
    after: fc.constantFrom(-2 * HOUR, -MINUTE, -MINUTE - 1, 0, 5_000, HOUR),
    type: fc.constantFrom('A', 'B'),
  }),
  { maxLength: 40 },
);
const delays = fc.constantFrom(0, 1, 10 * MINUTE, HOUR, 24 * HOUR);
const NUM_RUNS = Number(process.env['WINDOW_RUNS'] ?? 300);

test('windows, late records and watermark are those of the rule, however records are cut into batches', () => {
  fc.assert(
    fc.property(rows, delays, fc.array(fc.nat(40), { maxLength: 4 }), (all, delayMs, cuts) => {
      const expected = oracle(delayMs, all);
      let state = emptyWindows(delayMs);
      const late: number[] = [];
      const places = [0, ...cuts.sort((a, b) => a - b).map((cut) => Math.min(cut, all.length)), all.length];
      for (const [index, from] of places.slice(0, -1).entries()) {
        const next = fold(state, all.slice(from, places[index + 1]));
        state = next.state;
        late.push(...next.late.map((row) => from + row));
      }
      const { watermark } = expected;
      expect(state).toEqual({
        delayMs,
        watermark: Number.isFinite(watermark) ? new Date(watermark).toISOString() : null,
        late: expected.late.length,
        forced: 0,
        prunedUntil: null,
        windows: expected.windows,
      });
      expect(Object.keys(state.windows)).toEqual(Object.keys(expected.windows));
      expect(late).toEqual(expected.late);
      expect(parseWindows(file, JSON.parse(JSON.stringify(state)))).toEqual(state);
    }),
    { numRuns: NUM_RUNS },
  );
});

test('a time far ahead of the log, as of a wrong clock, closes no window', () => {
  const wrong = { at: 400 * 24 * HOUR, after: -400 * 24 * HOUR, type: 'A' };
  const { state, late } = fold(emptyWindows(0), [
    { at: 0, after: 0, type: 'A' },
    wrong,
    { at: 1, after: 0, type: 'B' },
  ]);
  expect(late).toEqual([]);
  expect(state.watermark).toBe('2026-11-26T09:00:00.001Z');
  expect(state.windows['2026-11-26T09:00:00Z']).toEqual([1, 1]);
});

test('an end that the watermark has just reached closes its window', () => {
  const { late } = fold(emptyWindows(10 * MINUTE), [
    { at: 70 * MINUTE - 1, after: 0, type: 'A' },
    { at: 0, after: 0, type: 'A' },
    { at: 70 * MINUTE, after: 0, type: 'A' },
    { at: 0, after: 0, type: 'A' },
  ]);
  expect(late).toEqual([3]);
});

test('of too many open windows the oldest closes, is reported, and takes no more records', () => {
  const many = Array.from({ length: MOST_OPEN_WINDOWS }, (_, hour) => ({
    at: hour * HOUR,
    after: 0,
    type: 'A',
  }));
  const delayMs = 1e12;
  const full = fold(emptyWindows(delayMs), many).state;
  expect(full).toMatchObject({
    forced: 0,
    watermark: new Date(START + (many.length - 1) * HOUR - delayMs).toISOString(),
  });
  const { state, late } = fold(full, [
    { at: many.length * HOUR, after: 0, type: 'B' },
    { at: 5, after: 0, type: 'B' },
    { at: HOUR, after: 0, type: 'B' },
  ]);
  expect(late).toEqual([1]);
  expect(state).toMatchObject({ forced: 1, late: 1, watermark: new Date(START + HOUR).toISOString() });
  expect(state.windows[windowName(START + HOUR)]).toEqual([1, 1]);
});

test('a watermark stays where it is when the delay becomes longer', () => {
  const { state } = fold(emptyWindows(0), [{ at: HOUR, after: 0, type: 'A' }]);
  const next = fold({ ...state, delayMs: HOUR }, [{ at: HOUR + 1, after: 0, type: 'A' }]);
  expect(next.state.watermark).toBe(state.watermark);
});

test('windows and late records add up', () => {
  const a = fold(emptyWindows(0), [{ at: HOUR, after: 0, type: 'A' }]).state;
  const b = { late: 2, windows: { '2026-11-26T08:00:00Z': [1, 0], '2026-11-26T10:00:00Z': [0, 4] } };
  expect(addWindows(a, b)).toEqual({
    ...a,
    late: 2,
    windows: { '2026-11-26T08:00:00Z': [1, 0], '2026-11-26T10:00:00Z': [1, 4] },
  });
});

test('an idle partition follows the latest watermark of the others, and never goes back', () => {
  const { state } = fold(emptyWindows(0), [{ at: HOUR, after: 0, type: 'A' }]);
  const times = [null, new Date(START + 2 * HOUR).toISOString(), new Date(START + 3 * HOUR).toISOString()];
  expect(followWatermarks(state, times)).toEqual({ ...state, watermark: times[2] });
  expect(followWatermarks(emptyWindows(0), times).watermark).toBe(times[2]);
  expect(followWatermarks(state, [null, new Date(START).toISOString()])).toBe(state);
});

test('only closed windows are left out, and the state says up to when', () => {
  const hours = [0, 1, 2, 3].map((hour) => ({ at: hour * HOUR, after: 0, type: 'A' }));
  const { state } = fold(emptyWindows(0), hours);
  const left = withoutWindows(state, START + 24 * HOUR, HOUR);
  expect(Object.keys(left.windows)).toEqual([windowName(START + 3 * HOUR)]);
  expect(left.prunedUntil).toBe(new Date(START + 3 * HOUR).toISOString());
  expect(Object.keys(withoutWindows(state, START + HOUR, HOUR).windows)).toHaveLength(3);
  expect(withoutWindows(state, START, HOUR)).toBe(state);
  expect(withoutWindows(emptyWindows(0), START, HOUR)).toEqual(emptyWindows(0));
});

const empty = emptyState(query, 600_000);

test.each([
  ['a window that begins within an hour', { '2026-11-26T09:30:00Z': [0, 0] }, 'Invalid key in record'],
  ['a window by another name', { '2026-11-26T09:00:00.000Z': [0, 0] }, 'Invalid key in record'],
  ['too few numbers', { '2026-11-26T09:00:00Z': [0] }, 'not the windows of ticket_counts_by_hour'],
  ['a number below 0', { '2026-11-26T09:00:00Z': [0, -1] }, 'not the windows of ticket_counts_by_hour'],
  [
    'more records in windows than there are',
    { '2026-11-26T09:00:00Z': [1, 0] },
    '1 in windows or late, of 0',
  ],
])('a state with %s is refused', (_what, windows, message) => {
  expect(() => parseQueryState(query, { ...empty, windows: { ...empty.windows, windows } })).toThrow(message);
});

test('a state without windows is refused where they are declared, and one with windows where they are not', () => {
  const plain = { ...query, windows: undefined };
  expect(parseQueryState(query, JSON.parse(JSON.stringify(empty)))).toEqual(empty);
  expect(() => parseQueryState(query, emptyState(plain, 0))).toThrow(
    'expected counts and windows, found counts',
  );
  expect(() => parseQueryState(plain, empty)).toThrow('expected counts, found counts, windows');
  expect(() => parseQueryState(plain, null)).toThrow('expected counts, found nothing');
});
