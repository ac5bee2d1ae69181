import { encodeSmallTable } from '@client-tickets/records';
import {
  changeCheckpoint,
  changeFile,
  drop,
  linesOf,
  putBack,
  replace,
  tear,
  toText,
  type Corruption,
  type Spoilable,
} from './spoil.ts';

const LIVE = /^ticket_counts_by_hour\//;
const DAYS = /^ticket_counts_by_hour_final\//;
const JSON_DAYS = /^ticket_counts_by_hour_final\/.*\.json$/;
const PARQUET_DAYS = /^ticket_counts_by_hour_final\/.*\.parquet$/;
const LATE = /^late_tickets\//;

interface Line {
  readonly window_start: string;
  readonly window_end: string;
  readonly type: string;
  readonly ticket_count: number;
}

const countMore = (text: string): string =>
  text.replace(/"ticket_count":(\d+)/, (_, count: string) => `"ticket_count":${Number(count) + 1}`);

/** The same other windows in both files of a day: nothing but a recount tells. */
const changeDay =
  (change: (lines: readonly Line[]) => readonly Line[]): Corruption =>
  (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(JSON_DAYS));
    if (key === undefined) return undefined;
    const lines = linesOf(spoilt.results.text(key)).map((line) => JSON.parse(line) as Line);
    const changed = change(lines);
    replace(spoilt.results, key, toText(changed.map((line) => JSON.stringify(line))));
    replace(
      spoilt.results,
      key.replace(/json$/, 'parquet'),
      encodeSmallTable([
        {
          name: 'window_start',
          kind: 'timestamp',
          values: changed.map((line) => Date.parse(line.window_start)),
        },
        { name: 'window_end', kind: 'timestamp', values: changed.map((line) => Date.parse(line.window_end)) },
        { name: 'type', kind: 'text', values: changed.map(({ type }) => type) },
        { name: 'ticket_count', kind: 'integer', values: changed.map(({ ticket_count }) => ticket_count) },
      ]),
    );
    return { codes: ['counts_differ'], names: key };
  };

/** Of the live file, all lines of a window that is final, or of one that is not. */
const changeFinality =
  (isFinal: boolean): Corruption =>
  (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(LIVE));
    const text = key === undefined ? '' : spoilt.results.text(key);
    const line = random.pick(linesOf(text).filter((each) => each.includes(`"is_final":${isFinal}`)));
    if (key === undefined || line === undefined) return undefined;
    const start = (JSON.parse(line) as Line).window_start;
    const changed = linesOf(text).map((each) =>
      each.includes(`"window_start":"${start}"`)
        ? each.replace(`"is_final":${isFinal}`, `"is_final":${!isFinal}`)
        : each,
    );
    replace(spoilt.results, key, toText(changed));
    return { codes: isFinal ? ['counts_behind'] : ['counts_differ'], names: key };
  };

function dayOf(key: string): string {
  return /date=(\d{4}-\d\d-\d\d)/.exec(key)?.[1] ?? '';
}

const filesOfDay = (spoilt: Spoilable, date: string): readonly string[] =>
  spoilt.results.keys(DAYS).filter((key) => dayOf(key) === date);

/** What can become of windows, of files of days that are over, and of those that name late tickets. */
export const WINDOW_CORRUPTIONS: Readonly<Record<string, Corruption>> = {
  'the live hours are torn': tear(LIVE, ['file_damaged', 'counts_behind']),
  'a live hour counts more': changeFile(LIVE, ['counts_differ'], countMore),
  'a live hour counts less': changeFile(LIVE, ['counts_differ', 'counts_behind'], (text) =>
    text.replace(/"ticket_count":([1-9]\d*)/, (_, count: string) => `"ticket_count":${Number(count) - 1}`),
  ),
  'an open hour is called final': changeFinality(false),
  'a final hour is called open': changeFinality(true),
  'the live hours are deleted': drop(LIVE, ['counts_behind']),
  'the live hours are an earlier version': putBack(LIVE),
  'the live hours count further than was counted': (spoilt) => {
    const [key] = spoilt.results.keys(LIVE);
    const object = spoilt.results.objects.get(key ?? '');
    if (key === undefined || object?.metadata['watermarks'] === undefined) return undefined;
    const { watermarks } = object.metadata;
    const marks = JSON.parse(watermarks) as Record<string, number | string>;
    const [partition] = Object.keys(marks);
    if (partition === undefined) return undefined;
    marks[partition] = String(Number(marks[partition]) + 1);
    spoilt.results.write(key, object.body, {
      metadata: { ...object.metadata, watermarks: JSON.stringify(marks) },
    });
    return { codes: ['counts_differ'], names: key };
  },
  'a JSON file of a day is deleted': drop(JSON_DAYS, ['file_missing', 'counts_differ']),
  'a Parquet file of a day is deleted': drop(PARQUET_DAYS, ['file_missing']),
  'both files of a day are deleted': (spoilt, random) => {
    const date = dayOf(random.pick(spoilt.results.keys(DAYS)) ?? '');
    const keys = filesOfDay(spoilt, date);
    for (const key of keys) spoilt.results.objects.delete(key);
    return keys.length === 0 ? undefined : { codes: ['file_missing', 'counts_behind'], names: date };
  },
  'a JSON file of a day is torn': tear(JSON_DAYS, ['file_damaged', 'counts_differ']),
  'a Parquet file of a day is torn': tear(PARQUET_DAYS, ['file_damaged']),
  'an hour of a day counts more in JSON': changeFile(JSON_DAYS, ['counts_differ'], countMore),
  'an hour of a day is in its file twice': changeFile(
    JSON_DAYS,
    ['file_damaged'],
    (text) => `${text}${linesOf(text)[0] ?? ''}\n`,
  ),
  'an hour of a day counts more in both formats': changeDay(([first, ...rest]) =>
    first === undefined ? rest : [{ ...first, ticket_count: first.ticket_count + 1 }, ...rest],
  ),
  'an hour of a day is in none of its formats': changeDay((lines) =>
    lines.filter(({ window_start }) => window_start !== lines[0]?.window_start),
  ),
  'a day holds the Parquet file of another': (spoilt, random) => {
    const key = random.pick(spoilt.results.keys(PARQUET_DAYS));
    const other = random.pick(spoilt.results.keys(PARQUET_DAYS).filter((each) => each !== key));
    if (key === undefined || other === undefined) return undefined;
    replace(spoilt.results, key, spoilt.results.bytes(other));
    return { codes: ['formats_differ'], names: key };
  },
  'a day is there a second time, under another date': (spoilt, random) => {
    const date = dayOf(random.pick(spoilt.results.keys(DAYS)) ?? '');
    const keys = filesOfDay(spoilt, date);
    for (const key of keys)
      replace(spoilt.results, key.replace(date, '2025-02-28'), spoilt.results.bytes(key));
    return keys.length === 0 ? undefined : { codes: ['counts_differ'], names: 'date=2025-02-28' };
  },
  'a file of late tickets is deleted': drop(LATE, ['file_missing', 'counts_differ']),
  'a file of late tickets is torn': tear(LATE, ['file_damaged', 'rows_wrong', 'counts_differ']),
  'a late ticket is another one': changeFile(LATE, ['rows_wrong'], (text) =>
    text.replace(/"kafka_offset":(\d+)/, (_, offset: string) => `"kafka_offset":${Number(offset) + 1}`),
  ),
  'a late ticket has another time': changeFile(LATE, ['rows_wrong'], (text) =>
    text.replace(/"created_at":"\d{4}/, '"created_at":"2024'),
  ),
  'a late ticket was not late': changeFile(LATE, ['rows_wrong'], (text) =>
    text.replace(/"watermark":"\d{4}/, '"watermark":"2024'),
  ),
  'a checkpoint counts a ticket in another hour': changeCheckpoint(
    ['counts_differ'],
    ({ stored: { state } }, random) => {
      const windows = Object.values(state.windows.windows);
      const from = random.pick(windows);
      const to = random.pick(windows.filter((each) => each !== from));
      const kind = from?.findIndex((count) => count > 0) ?? -1;
      if (from === undefined || to === undefined || kind < 0) return false;
      from[kind] = (from[kind] ?? 0) - 1;
      to[kind] = (to[kind] ?? 0) + 1;
      return true;
    },
  ),
  'a checkpoint forgets a late ticket': changeCheckpoint(['counts_differ'], ({ stored: { state } }) => {
    if (state.windows.late === 0) return false;
    state.windows.late -= 1;
    return true;
  }),
};
