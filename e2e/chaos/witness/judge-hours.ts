import { nameOf, type Hour, type Hours, type Reading, type TopicRecord } from './reading.ts';
import { say } from './say.ts';

const HOUR_MS = 3_600_000;
/** The default of `WATERMARK_DELAY`. */
const DELAY_MS = 600_000;

const nameOfHour = ({ start, type }: Pick<Hour, 'start' | 'type'>): string => `${start} ${type}`;

/** What is wrong with the hours that a reader sees, while tickets flow: none goes back, and none is for good twice. */
export function judgeMovingHours(hours: Hours, before: Hours | undefined): readonly string[] {
  const problems: string[] = [];
  const seen = new Map(hours.live.map((hour) => [nameOfHour(hour), hour]));
  const back = (before?.live ?? []).filter((hour) => {
    const now = seen.get(nameOfHour(hour));
    return now !== undefined && (now.tickets < hour.tickets || (hour.isFinal && !now.isFinal));
  });
  say(problems, 'hours that went backwards', back.map(nameOfHour));
  for (const format of ['json', 'parquet'] as const) {
    const now = new Map(hours[format].map((hour) => [nameOfHour(hour), hour.tickets]));
    const changed = (before?.[format] ?? []).filter((hour) => now.get(nameOfHour(hour)) !== hour.tickets);
    say(problems, `${format}: final hours that are gone or changed`, changed.map(nameOfHour));
    if (now.size < hours[format].length) problems.push(`${format}: a final hour is there more than once`);
  }
  return problems;
}

/**
 * What is wrong with hours when all is done. The rule of docs/event-time.md, record by record: a partition's watermark is the latest
 * ticket before the record, less the delay; a ticket whose hour had ended by then is in none. `records` have no ticket from the future;
 * those that are `unstored` were counted, and are in no file: of these, late ones are named nowhere.
 */
export function judgeHours(
  { hours, late }: Pick<Reading, 'hours' | 'late'>,
  records: readonly TopicRecord[],
  unstored: readonly TopicRecord[] = [],
): readonly string[] {
  const expected = expectedHours([...records, ...unstored]);
  const problems = [...judgeMovingHours(hours, undefined)];
  const named = new Set(late.map(nameOf));
  const inNoFile = new Set(unstored.map(nameOf));
  const unnamed = [...expected.late].filter((name) => !named.has(name) && !inNoFile.has(name));
  say(problems, 'late tickets that are not named', unnamed);
  say(
    problems,
    'tickets that are called late and were not',
    [...named].filter((name) => !expected.late.has(name)),
  );
  if (named.size < late.length) problems.push('a late ticket is named more than once');
  const live = new Set(hours.live.map(nameOfHour));
  const final = new Set(hours.json.map(nameOfHour));
  for (const format of ['live', 'json', 'parquet'] as const) {
    const wrong = hours[format].filter((hour) => {
      const { tickets = 0 } = expected.hours.get(nameOfHour(hour)) ?? {};
      const end = Date.parse(hour.start) + HOUR_MS;
      return hour.tickets !== tickets || hour.isFinal !== end <= expected.finalUntil;
    });
    say(problems, `${format}: hours that are not what the topic says`, wrong.map(nameOfHour));
  }
  const published = [...hours.json, ...hours.live].map(nameOfHour);
  const missing = [...expected.hours.keys()].filter((name) => !live.has(name) && !final.has(name));
  say(problems, `hours that are not among the ${published.length} that are published`, missing);
  const tables = hours.parquet.map(nameOfHour);
  if (tables.sort().join() !== hours.json.map(nameOfHour).sort().join())
    problems.push('the files of days that are over hold other hours as Parquet than as JSON');
  return problems;
}

function expectedHours(records: readonly TopicRecord[]): {
  readonly hours: ReadonlyMap<string, Hour>;
  readonly late: ReadonlySet<string>;
  readonly finalUntil: number;
} {
  const watermarks = new Map<number, number>();
  const hours = new Map<string, Hour>();
  const late = new Set<string>();
  for (const record of records.toSorted((a, b) => a.offset - b.offset)) {
    const { partition, createdAt, type } = record;
    const watermark = watermarks.get(partition) ?? -Infinity;
    const startMs = Math.floor(createdAt / HOUR_MS) * HOUR_MS;
    const start = new Date(startMs).toISOString().replace('.000', '');
    const name = nameOfHour({ start, type });
    if (startMs + HOUR_MS <= watermark) late.add(nameOf(record));
    else hours.set(name, { start, type, tickets: (hours.get(name)?.tickets ?? 0) + 1, isFinal: false });
    watermarks.set(partition, Math.max(watermark, createdAt - DELAY_MS));
  }
  return { hours, late, finalUntil: Math.min(...watermarks.values()) };
}
