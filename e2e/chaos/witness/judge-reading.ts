import { logOf } from '@client-tickets/micro-batch';
import { judgeHours, judgeMovingHours } from './judge-hours.ts';
import { nameOf, VIEWS, type Reading, type Row, type TopicRecord } from './reading.ts';
import { say } from './say.ts';

/**
 * What is wrong with what a reader sees while tickets still flow. How many rows there are says nothing about the counts: these are
 * ahead of files that are being filled. `sent` are the tickets that producers have begun to send;
 * `before` is the reading before this one.
 */
export function judgeReading(
  reading: Reading,
  before: Reading | undefined,
  sent: ReadonlySet<string>,
): readonly string[] {
  const problems: string[] = [];
  for (const view of VIEWS) {
    const rows = reading[view];
    const ticketOf = new Map(rows.map((row) => [nameOf(row), row.ticketId]));
    say(problems, `${view}: records that are there more than once`, repeatedIn(rows));
    say(
      problems,
      `${view}: tickets that were never sent`,
      rows.flatMap(({ ticketId }) => (sent.has(ticketId) ? [] : [ticketId])),
    );
    const changed = (before?.[view] ?? []).filter((row) => ticketOf.get(nameOf(row)) !== row.ticketId);
    say(problems, `${view}: rows that were there before and are gone or changed`, changed.map(nameOf));
  }
  const lower = Object.entries(before?.counts ?? {}).filter(
    ([type, count]) => (reading.counts[type] ?? 0) < count,
  );
  say(
    problems,
    'counts that went backwards',
    lower.map(([type, count]) => `${type} from ${count} to ${reading.counts[type] ?? 0}`),
  );
  problems.push(...judgeMovingHours(reading.hours, before?.hours));
  return problems;
}

export interface EndVerdict {
  /** That must be there: all of the topic, and what was read of the logs that it had before. */
  readonly records: number;
  /** Records without a row, and tickets that were acknowledged and are in no record. */
  readonly lost: number;
  /** Rows beyond the first of each record. */
  readonly duplicated: number;
  readonly problems: readonly string[];
}

/**
 * What is wrong when all is done: each record of the topic is one row in each of these views, and counted once. Of `former` logs, which were
 * deleted with what they held, that is true up to some offset of each partition: what comes after it went before it was read, or, as
 * far as it is said to be `unstored`, after it was counted and before it was in a file.
 */
export function judgeEnd(options: {
  readonly reading: Reading;
  readonly topic: readonly TopicRecord[];
  readonly former?: readonly TopicRecord[];
  readonly unstored?: (record: TopicRecord) => boolean;
  readonly acknowledged: ReadonlySet<string>;
  readonly views: readonly (typeof VIEWS)[number][];
}): EndVerdict {
  const { reading, topic, former = [], unstored = () => false, acknowledged, views } = options;
  const problems: string[] = [];
  const inTopic = new Set([...former, ...topic].map(({ ticketId }) => ticketId));
  const unwritten = [...acknowledged].filter((ticketId) => !inTopic.has(ticketId));
  say(problems, 'tickets that were acknowledged and are not in the topic', unwritten);
  const expected = [
    ...readOf(
      former,
      views.flatMap((view) => reading[view]),
    ),
    ...topic,
  ];
  const records = new Map(expected.map((record) => [nameOf(record), record.ticketId]));
  let lost = unwritten.length;
  let duplicated = 0;
  for (const view of views) {
    const rows = reading[view];
    const there = new Set(rows.map(nameOf));
    const missing = expected.filter((record) => !there.has(nameOf(record)));
    const repeated = repeatedIn(rows);
    const wrong = rows.filter((row) => records.get(nameOf(row)) !== row.ticketId);
    say(problems, `${view}: records that are not there`, missing.map(nameOf));
    say(problems, `${view}: records that are there more than once`, repeated);
    say(problems, `${view}: rows that are not what the topic holds`, wrong.map(nameOf));
    lost = Math.max(lost, missing.length);
    duplicated = Math.max(duplicated, repeated.length);
  }
  const gone = former.filter((record) => !records.has(nameOf(record)) && unstored(record));
  const toBeCounted = expected.length + gone.length;
  const counted = sumOf(reading.counts);
  if (counted !== toBeCounted) problems.push(`${counted} tickets are counted, expected ${toBeCounted}`);
  problems.push(...judgeHours(reading, expected, gone));
  if (reading.deadLetters > 0) problems.push(`${reading.deadLetters} files of dead letters, expected none`);
  return {
    records: expected.length,
    lost: Math.max(lost, toBeCounted - counted),
    duplicated: Math.max(duplicated, counted - toBeCounted),
    problems,
  };
}

/** What rows show to have been read: everything up to the last of them, in each partition and log. */
function readOf(former: readonly TopicRecord[], rows: readonly Row[]): readonly TopicRecord[] {
  const names = new Set(rows.map(nameOf));
  const lastOf = new Map<string, number>();
  const place = ({ partition, offset }: Row): string => `${partition}/${logOf(BigInt(offset))}`;
  for (const record of former)
    if (names.has(nameOf(record)))
      lastOf.set(place(record), Math.max(lastOf.get(place(record)) ?? 0, record.offset));
  return former.filter((record) => record.offset <= (lastOf.get(place(record)) ?? -1));
}

/** A name for each row beyond the first of its record. */
function repeatedIn(rows: readonly Row[]): readonly string[] {
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    const name = nameOf(row);
    if (seen.has(name)) return [name];
    seen.add(name);
    return [];
  });
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
