import {
  createRecordParser,
  createTimeZone,
  defineRecord,
  JsonLines,
  RecordReader,
  timestamp,
  viewOf,
} from '@client-tickets/records';
import { describe, expect, test } from 'vitest';

const event = defineRecord('event', { at: timestamp() });

/** What a written time is read as, by the parser and by the reader, which must agree; `undefined`: it is none. */
function readTime(written: string, zoneName = 'UTC'): string | undefined {
  const zone = createTimeZone(zoneName);
  const message = Buffer.from(JSON.stringify({ at: written }));
  const verdict = createRecordParser(event, zone)(message);
  const reader = new RecordReader(event, { zone });
  const columns = reader.createColumns(4);
  const lines = new JsonLines({ columns, derived: [], partition: 0, memory: Buffer.alloc(64) });
  // The first time without a layout, then with what was learned of it.
  for (let time = 0; time < 2; time += 1) {
    if (!reader.read(message, viewOf(message), 0, message.length, columns)) continue;
    const before = lines.length;
    lines.addLast(viewOf(message), 0, message.length, 0);
    const line = JSON.parse(Buffer.from(lines.bytes.subarray(before)).toString()) as { at: string };
    expect(verdict, `the reader takes ${written} for ${line.at}`).toMatchObject({ record: { at: line.at } });
  }
  return verdict.ok ? verdict.record.at : undefined;
}

describe('a time', () => {
  test.each([
    ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00.1Z', '2026-11-22T09:30:00.100Z'],
    ['2026-11-22T09:30:00.12Z', '2026-11-22T09:30:00.120Z'],
    ['2026-11-22T09:30:00.120000Z', '2026-11-22T09:30:00.120Z'],
    ['2026-11-22T09:30:00.120000000Z', '2026-11-22T09:30:00.120Z'],
    ['2026-11-22T09:30:00.1200Z', '2026-11-22T09:30:00.120Z'],
    ['2026-11-22T09:30:00.1201Z', '2026-11-22T09:30:00.120100Z'],
    ['2026-11-22T09:30:00.000001Z', '2026-11-22T09:30:00.000001Z'],
    ['2026-11-22T09:30:00.123456Z', '2026-11-22T09:30:00.123456Z'],
    ['2026-11-22T09:30:00.1234567Z', '2026-11-22T09:30:00.123456Z'],
    ['2026-11-22T09:30:00.123456789Z', '2026-11-22T09:30:00.123456Z'],
    ['2026-11-22T09:30:59.999999999Z', '2026-11-22T09:30:59.999999Z'],
    ['2026-11-22T09:30:00.000000999Z', '2026-11-22T09:30:00.000Z'],
  ])('with decimals is kept to the microsecond, never rounded up: %s is %s', (written, read) => {
    expect(readTime(written)).toBe(read);
  });

  test.each([
    ['2026-11-22T09:30:00+02', '2026-11-22T07:30:00.000Z'],
    ['2026-11-22T09:30:00+0200', '2026-11-22T07:30:00.000Z'],
    ['2026-11-22T09:30:00+02:00', '2026-11-22T07:30:00.000Z'],
    ['2026-11-22T09:30:00-09:30', '2026-11-22T19:00:00.000Z'],
    ['2026-11-22T09:30:00+14:00', '2026-11-21T19:30:00.000Z'],
    ['2026-11-22T09:30:00-00:00', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T00:30:00.25+23:59', '2026-11-21T00:31:00.250Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000Z'],
    ['2024-03-01T00:30:00+01:00', '2024-02-29T23:30:00.000Z'],
  ])('with an offset is stored in UTC, whatever the zone: %s is %s', (written, read) => {
    expect(readTime(written)).toBe(read);
    expect(readTime(written, 'Asia/Kolkata')).toBe(read);
  });

  test.each([
    ['2026-11-22t09:30:00z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22t09:30:00Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22 09:30:00.000Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22 09:30:00Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22 09:30:00.123456+01', '2026-11-22T08:30:00.123456Z'],
    ['2026-11-22 09:30:00', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22 09:30:00.5', '2026-11-22T09:30:00.500Z'],
  ])('may have a small t or z, or a blank, as Postgres writes it: %s is %s', (written, read) => {
    expect(readTime(written)).toBe(read);
  });

  test.each([
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
    ['0000-12-31T23:59:59Z', undefined],
    ['0000-12-31T23:59:59-01:00', undefined], // a year 0 on the clock, although the year 1 in UTC
    ['0001-01-01T00:00:00+00:01', undefined],
    ['9999-12-31T23:59:59-00:01', undefined],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['1900-02-29T00:00:00Z', undefined],
    ['2026-02-29T00:00:00Z', undefined],
    ['2026-04-31T00:00:00Z', undefined],
    ['2026-00-10T00:00:00Z', undefined],
    ['2026-13-10T00:00:00Z', undefined],
    ['2026-11-00T00:00:00Z', undefined],
  ])('is a day that there is, of the years 1 to 9999: %s is %s', (written, read) => {
    expect(readTime(written)).toBe(read);
  });

  test.each([
    '',
    '2026-11-22',
    '20261122T093000Z',
    '1764000000',
    '2026-11-22T24:00:00Z',
    '2026-11-22T09:60:00Z',
    '2026-11-22T09:30:60Z',
    '2026-11-22T9:30:00Z',
    '2026-11-22T09:30:00.Z',
    '2026-11-22T09:30:00,5Z',
    '2026-11-22T09:30:00+24:00',
    '2026-11-22T09:30:00+02:60',
    '2026-11-22T09:30:00+2',
    '2026-11-22T09:30:00+02:0',
    '2026-11-22T09:30:00\u221202:00',
    '2026-11-22T09:30:00Z ',
    ' 2026-11-22T09:30:00Z',
    '2026-11-22T09:30:00ZZ',
    '2026-11-22T09:30:00Z+01:00',
    '2026-11-22  09:30:00Z',
    '2026-11-22_09:30:00Z',
    '+02026-11-22T09:30:00Z',
    '2026/11/22T09:30:00Z',
    '2026-11-22T09:30:00 UTC',
    '２０２６-11-22T09:30:00Z',
  ])('is not %j', (written) => {
    expect(readTime(written)).toBeUndefined();
  });
});

describe('a time without an offset', () => {
  test.each([
    ['UTC', '2026-07-01T12:00:00', '2026-07-01T12:00:00.000Z'],
    ['Europe/Paris', '2026-01-01T12:00:00', '2026-01-01T11:00:00.000Z'],
    ['Europe/Paris', '2026-07-01T12:00:00.000001', '2026-07-01T10:00:00.000001Z'],
    ['Asia/Kolkata', '2026-07-01 12:00', '2026-07-01T06:30:00.000Z'],
    ['America/St_Johns', '2026-07-01T12:00:00', '2026-07-01T14:30:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-01T00:00:00', '2025-12-31T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-12-31T23:00:00', '2027-01-01T10:00:00.000Z'],
  ])('is of the zone: in %s, %s is %s', (zone, written, read) => {
    expect(readTime(written, zone)).toBe(read);
  });

  test.each([
    // Clocks go from 02:00 to 03:00 on 29 March 2026.
    ['Europe/Paris', '2026-03-29T01:59:59.999999', '2026-03-29T00:59:59.999999Z'],
    ['Europe/Paris', '2026-03-29T02:00:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Paris', '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['Europe/Paris', '2026-03-29T02:59:59', '2026-03-29T01:59:59.000Z'],
    ['Europe/Paris', '2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Paris', '2026-03-30T02:30:00', '2026-03-30T00:30:00.000Z'],
    ['America/New_York', '2026-03-08T02:30:00', '2026-03-08T07:30:00.000Z'],
    ['America/St_Johns', '2026-03-08T02:30:00', '2026-03-08T06:00:00.000Z'],
    // By half an hour, at midnight, and by a whole day.
    ['Australia/Lord_Howe', '2026-10-04T02:15:00', '2026-10-03T15:45:00.000Z'],
    ['America/Sao_Paulo', '2018-11-04T00:30:00', '2018-11-04T03:30:00.000Z'],
    ['Pacific/Apia', '2011-12-30T12:00:00', '2011-12-30T22:00:00.000Z'],
  ])('that clocks skip moves forward by what they skip: in %s, %s is %s', (zone, written, read) => {
    expect(readTime(written, zone)).toBe(read);
  });

  test.each([
    // Clocks go from 03:00 back to 02:00 on 25 October 2026.
    ['Europe/Paris', '2026-10-25T01:59:59', '2026-10-24T23:59:59.000Z'],
    ['Europe/Paris', '2026-10-25T02:00:00', '2026-10-25T00:00:00.000Z'],
    ['Europe/Paris', '2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
    ['Europe/Paris', '2026-10-25T02:59:59.999999', '2026-10-25T00:59:59.999999Z'],
    ['Europe/Paris', '2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z'],
    ['Europe/Paris', '2026-10-26T02:30:00', '2026-10-26T01:30:00.000Z'],
    ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z'],
    ['America/St_Johns', '2026-11-01T01:30:00', '2026-11-01T04:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00.000Z'],
  ])('that clocks show twice is the first: in %s, %s is %s', (zone, written, read) => {
    expect(readTime(written, zone)).toBe(read);
  });

  test('is read alike whatever was read before it', () => {
    const zone = createTimeZone('Europe/Paris');
    const parse = createRecordParser(event, zone);
    const times = [
      '2026-10-25T02:30:00',
      '2026-03-29T02:30:00',
      '2026-07-01T12:00:00',
      '2026-10-25T02:30:00',
    ];
    const read = times.map((at) => parse(Buffer.from(JSON.stringify({ at }))));
    expect(read.map((verdict) => verdict.ok && verdict.record.at)).toEqual(
      times.map((at) => readTime(at, 'Europe/Paris')),
    );
  });
});

test.each(['UTC', 'Etc/UTC', 'GMT', 'Europe/Paris', 'america/new_york'])('%s is a zone', (name) => {
  expect(createTimeZone(name).name).toBe(name);
});

test.each(['', 'Paris', 'Mars/Olympus', 'Europe/Paris '])(
  '%j is no zone, and the error says what is',
  (name) => {
    expect(() => createTimeZone(name)).toThrow(
      `expected an IANA time zone such as UTC or Europe/Paris, found ${JSON.stringify(name)}`,
    );
  },
);

describe('a byte order mark', () => {
  const BOM = '\ufeff';
  const parse = createRecordParser(event);
  const json = '{"at":"2026-11-22T09:30:00Z"}';

  test('before a record is left out', () => {
    const message = Buffer.from(BOM + json);
    expect(parse(message)).toEqual(parse(Buffer.from(json)));
    const reader = new RecordReader(event);
    const columns = reader.createColumns(2);
    const lines = new JsonLines({ columns, derived: [], partition: 0, memory: Buffer.alloc(64) });
    expect(reader.read(message, viewOf(message), 0, message.length, columns)).toBe(true);
    lines.addLast(viewOf(message), 0, message.length, 0);
    expect(Buffer.from(lines.bytes).toString()).toMatch(/^\{"at":"2026-11-22T09:30:00.000Z",/);
  });

  test.each([BOM + BOM + json, ` ${BOM}${json}`, json + BOM, BOM, `${BOM}null`])(
    'makes no record of what is none without it: %j',
    (text) => {
      expect(parse(Buffer.from(text)).ok).toBe(false);
    },
  );
});
