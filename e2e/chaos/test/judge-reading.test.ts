import { describe, expect, test } from 'vitest';
import { judgeEnd, judgeReading } from '../witness/judge-reading.ts';
import { FORMATS, VIEWS, type Hours, type Reading, type Row, type TopicRecord } from '../witness/reading.ts';

const NINE = '2026-11-26T09:00:00Z';
/** All of them in one hour, and of one type. */
const row = (partition: number, offset: number, ticketId: string): TopicRecord => {
  return { partition, offset, ticketId, createdAt: Date.parse(NINE), type: 'BILLING' };
};
const hoursOf = (tickets: number): Hours => {
  const live = [{ start: NINE, type: 'BILLING', tickets, isFinal: false }];
  return { live, json: [], parquet: [] };
};
const FIRST = row(0, 0, 'TCK-00001');
const SECOND = row(1, 0, 'TCK-00002');
const SENT = new Set(['TCK-00001', 'TCK-00002']);

const inAllViews = (rows: readonly Row[]): Pick<Reading, (typeof VIEWS)[number]> => {
  return { parquet: rows, json: rows, 'delta-rs': rows, duckdb: rows };
};

/** Both tickets in both formats and in the table, and counted, unless told otherwise. */
function reading(changes: Partial<Reading> = {}): Reading {
  const rows = [FIRST, SECOND];
  const counts = { BILLING: 1, GENERAL: 1 };
  return { counts, hours: hoursOf(2), late: [], ...inAllViews(rows), deadLetters: 0, ...changes };
}

describe('a reading in the middle of a run', () => {
  test('has nothing wrong with it when it holds some of what was sent', () => {
    const before = reading({ counts: { BILLING: 1 }, parquet: [FIRST], json: [] });
    expect(judgeReading(before, undefined, SENT)).toEqual([]);
    expect(judgeReading(reading(), before, SENT)).toEqual([]);
  });

  test('is wrong when a record is there twice', () => {
    expect(judgeReading(reading({ json: [FIRST, SECOND, FIRST] }), undefined, SENT)).toEqual([
      'json: records that are there more than once: 0/0',
    ]);
  });

  test('is wrong when a ticket is there that was never sent', () => {
    expect(judgeReading(reading(), undefined, new Set(['TCK-00001']))).toEqual([
      'parquet: tickets that were never sent: TCK-00002',
      'json: tickets that were never sent: TCK-00002',
      'delta-rs: tickets that were never sent: TCK-00002',
      'duckdb: tickets that were never sent: TCK-00002',
    ]);
  });

  test('is wrong when a row has gone or has become another', () => {
    const changed = reading({ parquet: [FIRST, SECOND], json: [row(0, 0, 'TCK-00002')] });
    expect(judgeReading(changed, reading(), SENT)).toEqual([
      'json: rows that were there before and are gone or changed: 0/0, 1/0',
    ]);
  });

  test('is wrong when a reader of the table sees a row twice, or no longer sees one that it saw before', () => {
    const changed = reading({ 'delta-rs': [FIRST], duckdb: [FIRST, SECOND, SECOND] });
    expect(judgeReading(changed, reading(), SENT)).toEqual([
      'delta-rs: rows that were there before and are gone or changed: 1/0',
      'duckdb: records that are there more than once: 1/0',
    ]);
  });

  test('is right when the table lacks what is in files: it follows them', () => {
    expect(judgeReading(reading({ 'delta-rs': [], duckdb: [FIRST] }), undefined, SENT)).toEqual([]);
  });

  test('is wrong when a count has gone backwards, though the sum has not', () => {
    expect(judgeReading(reading({ counts: { BILLING: 0, GENERAL: 2 } }), reading(), SENT)).toEqual([
      'counts that went backwards: BILLING from 1 to 0',
    ]);
  });

  test('is right when more is counted than is in files: these are being filled', () => {
    expect(judgeReading(reading({ parquet: [FIRST], json: [] }), undefined, SENT)).toEqual([]);
  });
});

describe('the end of a run', () => {
  const judge = (changes: Partial<Reading>, topic: readonly TopicRecord[] = [FIRST, SECOND]) =>
    judgeEnd({
      reading: reading({ hours: hoursOf(topic.length), ...changes }),
      topic,
      acknowledged: SENT,
      views: VIEWS,
    });

  test('is as it must be when each record is one row of each format and counted', () => {
    expect(judge({})).toEqual({ records: 2, lost: 0, duplicated: 0, problems: [] });
  });

  test('has lost a record that only one format lacks', () => {
    expect(judge({ json: [SECOND] })).toEqual({
      records: 2,
      lost: 1,
      duplicated: 0,
      problems: ['json: records that are not there: 0/0'],
    });
  });

  test('has lost a ticket that was acknowledged and is in no record', () => {
    const only = [FIRST];
    expect(judge({ counts: { BILLING: 1 }, ...inAllViews(only) }, only)).toEqual({
      records: 1,
      lost: 1,
      duplicated: 0,
      problems: ['tickets that were acknowledged and are not in the topic: TCK-00002'],
    });
  });

  test('has duplicated a record that is there twice, or counted twice', () => {
    expect(judge({ parquet: [FIRST, SECOND, SECOND] })).toMatchObject({ lost: 0, duplicated: 1 });
    expect(judge({ counts: { BILLING: 2, GENERAL: 1 } })).toMatchObject({
      duplicated: 1,
      problems: ['3 tickets are counted, expected 2'],
    });
  });

  test('takes a ticket that was sent twice for two records, each of which is there once', () => {
    const again = row(0, 1, 'TCK-00001');
    const topic = [FIRST, SECOND, again];
    expect(judge({ counts: { BILLING: 3 }, ...inAllViews(topic) }, topic)).toEqual({
      records: 3,
      lost: 0,
      duplicated: 0,
      problems: [],
    });
    expect(judge({}, topic)).toMatchObject({ lost: 1 });
  });

  describe('of a topic that was made again', () => {
    const NEXT_LOG = 10 ** 15;
    const former = [FIRST, row(0, 1, 'TCK-00003'), row(0, 2, 'TCK-00004')];
    const present = [row(0, NEXT_LOG, 'TCK-00002')];
    const judgeBoth = (
      rows: readonly Row[],
      counted = rows.length,
      inHours = counted,
      unstored?: (record: TopicRecord) => boolean,
    ) =>
      judgeEnd({
        reading: {
          counts: { BILLING: counted },
          hours: hoursOf(inHours),
          late: [],
          ...inAllViews(rows),
          deadLetters: 0,
        },
        topic: present,
        former,
        ...(unstored === undefined ? {} : { unstored }),
        acknowledged: new Set([...former, ...present].map(({ ticketId }) => ticketId)),
        views: FORMATS,
      });

    test('is as it must be when the former log was read up to some offset, and the present one whole', () => {
      for (const read of [0, 1, 3])
        expect(judgeBoth([...former.slice(0, read), ...present])).toEqual({
          records: read + 1,
          lost: 0,
          duplicated: 0,
          problems: [],
        });
    });

    test('has lost a record of the former log that others behind it were read of', () => {
      expect(judgeBoth([former[0] ?? FIRST, former[2] ?? FIRST, ...present], 3, 4)).toMatchObject({
        lost: 1,
        problems: [
          'parquet: records that are not there: 0/1',
          'json: records that are not there: 0/1',
          '3 tickets are counted, expected 4',
        ],
      });
    });

    test('is as it must be when what went before it was in a file is counted, and said to be gone', () => {
      const rows = [FIRST, ...present];
      const unstored = ({ offset }: TopicRecord): boolean => offset === 1;
      expect(judgeBoth(rows, 3, 3, unstored)).toEqual({
        records: 2,
        lost: 0,
        duplicated: 0,
        problems: [],
      });
      expect(judgeBoth(rows, 3, 3)).toMatchObject({ duplicated: 1 });
      expect(judgeBoth(rows, 2, 2, unstored)).toMatchObject({ lost: 1 });
    });

    test('is wrong when a record that is said to be gone lies before one that is in a file', () => {
      const rows = [FIRST, ...former.slice(2), ...present];
      expect(judgeBoth(rows, 4, 4, ({ offset }) => offset === 1)).toMatchObject({ lost: 1 });
    });

    test('has lost a record of the present log, whatever was read of the former one', () => {
      expect(judgeBoth(former)).toMatchObject({ lost: 1 });
    });

    test('is wrong when a record of the present log lies where one of the former log was', () => {
      expect(judgeBoth([row(0, 0, 'TCK-00002'), ...present]).problems).toContain(
        'json: rows that are not what the topic holds: 0/0',
      );
    });
  });

  test('is wrong when a row holds another ticket than the record', () => {
    expect(judge({ json: [FIRST, row(1, 0, 'TCK-00001')] }).problems).toEqual([
      'json: rows that are not what the topic holds: 1/0',
    ]);
  });
});
