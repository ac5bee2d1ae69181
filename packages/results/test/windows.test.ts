import { createMemoryObjectStore, MemoryObjects } from '@client-tickets/micro-batch/testing';
import { readPublishedWindows, readWindows } from '@client-tickets/results';
import * as fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { FinalWindows } from '../src/final-windows.ts';
import type { DeclaredWindows } from '../src/layout/declaration.ts';
import {
  encodeProgress,
  parseEndOffsets,
  parseLate,
  parseStoredOffsets,
  parseWatermarks,
} from '../src/layout/end-offsets.ts';
import {
  finalUntil,
  shownSince,
  shownWindows,
  windowTable,
  type PartitionWindows,
} from '../src/window-table.ts';
import { encodeFinalWindows, encodeWindowsFile } from '../src/windows-file-body.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NINE = Date.parse('2026-11-26T09:00:00Z');
const file: DeclaredWindows = {
  name: 'ticket_counts_by_hour',
  column: 'type',
  countColumn: 'ticket_count',
  values: ['TECHNICAL', 'BILLING'],
  unit: 'hour',
  unitMs: HOUR,
};
const nameOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const partition = (
  watermark: number | null,
  windows: Readonly<Record<number, readonly number[]>>,
): PartitionWindows => ({
  watermark: watermark === null ? null : new Date(watermark).toISOString(),
  windows: Object.fromEntries(
    Object.entries(windows).map(([hour, counts]) => [nameOf(NINE + Number(hour) * HOUR), counts]),
  ),
});
const tableOf = (...partitions: readonly PartitionWindows[]) =>
  windowTable(file, partitions, finalUntil(partitions));

describe('windows over all partitions', () => {
  test('add up, and are final once every partition has closed them', () => {
    const table = tableOf(
      partition(NINE + 2 * HOUR, { 0: [3, 1], 1: [2, 0], 2: [1, 0] }),
      partition(NINE + HOUR, { 0: [1, 1], 2: [0, 5] }),
    );
    expect(table).toEqual([
      { startMs: NINE, endMs: NINE + HOUR, isFinal: true, counts: [4, 2] },
      { startMs: NINE + HOUR, endMs: NINE + 2 * HOUR, isFinal: false, counts: [2, 0] },
      { startMs: NINE + 2 * HOUR, endMs: NINE + 3 * HOUR, isFinal: false, counts: [1, 5] },
    ]);
  });

  test('are open while a partition has no watermark', () => {
    const table = tableOf(partition(NINE + 9 * HOUR, { 0: [1, 0] }), partition(null, {}));
    expect(table.map(({ isFinal }) => isFinal)).toEqual([false]);
  });

  test('are shown while they are open, and for 48 hours after their end', () => {
    const far = partition(NINE + 50 * HOUR, { 0: [1, 0], 1: [1, 0], 2: [1, 0], 60: [1, 0] });
    const starts = shownWindows(file, tableOf(far), NINE + 50 * HOUR).map(
      ({ startMs }) => (startMs - NINE) / HOUR,
    );
    expect(starts).toEqual([2, 60]);
  });

  test.each([
    ['minute', MINUTE, '2026-11-26T00:00:00Z'],
    ['hour', HOUR, '2026-11-24T09:30:00Z'],
    ['day', 24 * HOUR, '2026-10-09T09:30:00Z'],
  ])('of a %s are shown for the time of 48, and as long as their day is not over', (_, unitMs, since) => {
    expect(shownSince({ unitMs }, Date.parse('2026-11-26T09:30:00Z'))).toBe(Date.parse(since));
  });

  test('of a minute are shown for 48 minutes when a day has just begun', () => {
    const midnight = Date.parse('2026-11-26T00:00:00Z');
    expect(shownSince({ unitMs: MINUTE }, midnight + 10 * MINUTE)).toBe(midnight - 38 * MINUTE);
  });
});

test.each([
  ['9999-12-31T23:00:00Z', '9999-12-31T23:59:59Z'],
  ['9999-12-31T22:00:00Z', '9999-12-31T23:00:00Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T01:00:00Z'],
])('the first and the last windows that there are can be read again: %s ends at %s', (start, end) => {
  const table = windowTable(file, [{ watermark: null, windows: { [start]: [1, 2] } }], undefined);
  const body = encodeWindowsFile(file, table);
  expect(Buffer.from(body).toString()).toContain(`"window_start":"${start}","window_end":"${end}"`);
  expect(readWindows(body, file)).toEqual([
    { start: Date.parse(start), end: Date.parse(end), isFinal: false, counts: { TECHNICAL: 1, BILLING: 2 } },
  ]);
});

const partitions = fc
  .array(
    fc.record({
      watermark: fc.option(fc.integer({ min: -5, max: 60 }).map((hour) => NINE + hour * HOUR)),
      windows: fc.dictionary(fc.nat({ max: 60 }).map(String), fc.tuple(fc.nat(), fc.nat())),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) => all.map(({ watermark, windows }) => partition(watermark, windows)));

test('a file of windows is read as it was written, and no other is', () => {
  fc.assert(
    fc.property(partitions, (all) => {
      const table = tableOf(...all);
      const body = encodeWindowsFile(file, table);
      expect(readWindows(body, file)).toEqual(
        table.map(({ startMs, endMs, isFinal, counts: [technical, billing] }) => ({
          start: startMs,
          end: endMs,
          isFinal,
          counts: { BILLING: billing, TECHNICAL: technical },
        })),
      );
    }),
  );
  const line =
    '{"window_start":"2026-11-26T09:00:00Z","window_end":"2026-11-26T10:00:00Z","type":"BILLING","ticket_count":2,"is_final":true}\n';
  expect(
    Buffer.from(encodeWindowsFile(file, tableOf(partition(NINE + HOUR, { 0: [1, 2] })))).toString(),
  ).toBe(`${line}${line.replace('BILLING', 'TECHNICAL').replace('":2', '":1')}`);
  for (const wrong of [
    line.repeat(2),
    line.replace('10:00', '11:00'),
    line.replace('true', '"true"'),
    line.trimEnd(),
    line + line.replace('BILLING', 'GENERAL').replace('true', 'false'),
  ])
    expect(() => readWindows(Buffer.from(wrong), file)).toThrow(RangeError);
});

test('the metadata of a file of windows says how far it goes, as far as there is room', () => {
  const offsets = (count: number) =>
    new Map(Array.from({ length: count }, (_, index) => [index, 5n] as const));
  const marks = (count: number) =>
    new Map(Array.from({ length: count }, (_, index) => [index, NINE] as const));
  const small = encodeProgress(offsets(3), offsets(3), { watermarks: marks(2), late: 7 });
  expect([
    parseEndOffsets(small),
    parseStoredOffsets(small),
    parseWatermarks(small),
    parseLate(small),
  ]).toEqual([offsets(3), offsets(3), marks(2), 7]);
  const tight = encodeProgress(offsets(55), offsets(55), { watermarks: marks(55), late: 7 });
  expect([parseStoredOffsets(tight), parseEndOffsets(tight)?.size, parseWatermarks(tight)?.size]).toEqual([
    undefined,
    55,
    55,
  ]);
  expect(encodeProgress(offsets(200), offsets(200), { watermarks: marks(200), late: 7 })).toEqual({});
});

describe('the windows of a day', () => {
  const day = { 0: [3, 1], 5: [0, 2], 15: [9, 9] } as const; // the last one is of the next day
  const midnight = NINE + 15 * HOUR;

  async function put(all: readonly PartitionWindows[], prunedUntil?: number): Promise<MemoryObjects> {
    const objects = new MemoryObjects();
    const final = new FinalWindows(file, createMemoryObjectStore('memory://results/', objects));
    await final.put(() => tableOf(...all), finalUntil(all), prunedUntil);
    return objects;
  }

  test('are put once the day is over in every partition, in both formats, and hold each window once', async () => {
    expect((await put([partition(midnight - 1, day)])).objects.size).toBe(0);
    const { objects } = await put([partition(midnight, day), partition(midnight + HOUR, { 0: [1, 0] })]);
    expect([...objects.keys()]).toEqual([
      'ticket_counts_by_hour_final/date=2026-11-26/part-00000.parquet',
      'ticket_counts_by_hour_final/date=2026-11-26/part-00000.json',
    ]);
    const [parquet, json] = [...objects.values()].map(({ body }) => body);
    const rows = await parquetReadObjects({ file: Uint8Array.from(parquet ?? []).buffer });
    const lines = Buffer.from(json ?? [])
      .toString()
      .trimEnd()
      .split('\n')
      .map((each): unknown => JSON.parse(each));
    const expected = [
      [0, 'BILLING', 1],
      [0, 'TECHNICAL', 4],
      [5, 'BILLING', 2],
      [5, 'TECHNICAL', 0],
    ] as const;
    expect(rows).toEqual(
      expected.map(([hour, type, count]) => ({
        window_start: new Date(NINE + hour * HOUR),
        window_end: new Date(NINE + (hour + 1) * HOUR),
        type,
        ticket_count: BigInt(count),
      })),
    );
    expect(lines).toEqual(
      expected.map(([hour, type, ticket_count]) => ({
        window_start: nameOf(NINE + hour * HOUR),
        window_end: nameOf(NINE + (hour + 1) * HOUR),
        type,
        ticket_count,
      })),
    );
  });

  test('are not put where some of them may be gone from a state already', async () => {
    expect((await put([partition(midnight, day)], NINE)).objects.size).toBe(0);
    expect((await put([partition(midnight, day)], Date.parse('2026-11-26'))).objects.size).toBe(2);
  });

  test('stay as they were put first, and are not asked for again', async () => {
    const objects = new MemoryObjects();
    const store = createMemoryObjectStore('memory://results/', objects);
    const all = [partition(midnight, day)];
    const final = new FinalWindows(file, store);
    await final.put(() => tableOf(...all), finalUntil(all), undefined);
    const before = [...objects.objects.values()].map(({ etag }) => etag);
    let puts = 0;
    objects.onWrite = () => (puts += 1);
    await final.put(() => tableOf(...all), finalUntil(all), undefined);
    await new FinalWindows(file, store).put(() => tableOf(...all), finalUntil(all), undefined);
    expect([puts, [...objects.objects.values()].map(({ etag }) => etag)]).toEqual([0, before]);
  });

  test('are looked for again only when another day is over', async () => {
    const final = new FinalWindows(file, createMemoryObjectStore('memory://results/', new MemoryObjects()));
    let looked = 0;
    const until = async (time: string): Promise<number> => {
      const table = (): ReturnType<typeof tableOf> => {
        looked += 1;
        return tableOf(partition(midnight, day));
      };
      await final.put(table, Date.parse(time), undefined);
      return looked;
    };
    expect(await until('2026-11-27T00:00:00Z')).toBe(1);
    expect(await until('2026-11-27T23:59:59Z')).toBe(1);
    expect(await until('2026-11-28T00:00:00Z')).toBe(2);
  });

  test('have the bytes that readers have known since they were first written', () => {
    const windows = tableOf(partition(midnight, day)).slice(0, 1);
    expect(Buffer.from(encodeFinalWindows(file, windows, 'json')).toString()).toBe(
      '{"window_start":"2026-11-26T09:00:00Z","window_end":"2026-11-26T10:00:00Z","type":"BILLING","ticket_count":1}\n' +
        '{"window_start":"2026-11-26T09:00:00Z","window_end":"2026-11-26T10:00:00Z","type":"TECHNICAL","ticket_count":3}\n',
    );
    expect(Buffer.from(encodeFinalWindows(file, windows, 'parquet')).toString('hex')).toMatch(
      /^50415231.*50415231$/,
    );
  });
});

test('a missing file of windows is told from one that cannot be read', async () => {
  const objects = new MemoryObjects();
  const store = createMemoryObjectStore('memory://results/', objects);
  const key = 'ticket_counts_by_hour/part-00000.json';
  expect(await readPublishedWindows(store, file)).toEqual({ key, kind: 'missing' });
  await store.put(key, Buffer.from('{}\n'));
  expect(await readPublishedWindows(store, file)).toMatchObject({ key, kind: 'damaged' });
});
