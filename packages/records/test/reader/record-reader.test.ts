import {
  boolean,
  createRecordParser,
  defineRecord,
  integer,
  JsonLines,
  nullable,
  number,
  oneOf,
  RecordReader,
  text,
  timestamp,
  viewOf,
} from '@client-tickets/records';
import { expect, test } from 'vitest';

const thing = defineRecord('thing', {
  thing_id: text(),
  count: integer({ max: 1_000_000_000_000_000 }),
  weight: number({ min: 0 }),
  is_open: boolean(),
  kind: oneOf('A', 'BBBBBBBBBBBB'),
  at: timestamp(),
  note: nullable(text({ length: { max: 40 } })),
});
const JSON_OF = {
  thing_id: '"T-1"',
  count: '7',
  weight: '2', // decimals would keep every message from being copied as it is
  is_open: 'true',
  kind: '"A"',
  at: '"2026-11-22T09:30:00.000Z"',
  note: '"by bike"',
};
type Field = keyof typeof JSON_OF;

/** A message with the JSON of some fields replaced; '' leaves one out. */
function message(changed: Partial<Record<Field, string>> = {}, more: readonly string[] = []): string {
  const members = Object.entries({ ...JSON_OF, ...changed })
    .filter(([, json]) => json !== '')
    .map(([name, json]) => `"${name}":${json}`);
  return `{${[...members, ...more].join(',')}}`;
}

/** Reads messages one after the other, so that the later ones meet what was learned of the earlier. How many the reader took. */
function readAll(messages: readonly string[]): number {
  const parse = createRecordParser(thing);
  const reader = new RecordReader(thing);
  const columns = reader.createColumns(messages.length);
  const lines = new JsonLines({ columns, derived: [], partition: 3, memory: Buffer.alloc(64) });
  let taken = 0;
  for (const [offset, text] of messages.entries()) {
    // Other bytes before and behind it, as in a block of records.
    const bytes = Buffer.from(`"x${text}"}${'0'.repeat(64)}`);
    const [start, end] = [2, 2 + Buffer.byteLength(text)];
    const verdict = parse(bytes.subarray(start, end));
    const isTaken = reader.read(bytes, viewOf(bytes), start, end, columns);
    if (isTaken) taken += 1;
    if (!verdict.ok) {
      expect(isTaken, `${text}: ${verdict.reason}`).toBe(false);
      continue;
    }
    if (!isTaken) columns.addParsed(verdict.record, verdict.unknownFields, bytes.subarray(start, end));
    expect(columns.unknownFields).toEqual(verdict.unknownFields);
    const before = lines.length;
    lines.addLast(viewOf(bytes), start, end, offset);
    const line = Buffer.from(lines.bytes.subarray(before)).toString();
    expect(line).toBe(`${JSON.stringify({ ...verdict.record, kafka_partition: 3, kafka_offset: offset })}\n`);
  }
  return taken;
}

test('what a program writes again and again is taken by the reader', () => {
  const messages = ['1', '2', '2', '30000'].map((count) => message({ count }));
  expect(readAll([...messages, ...messages])).toBe(8);
});

test.each<readonly [string, readonly string[]]>([
  [
    'numbers between quotes',
    [message({ count: '"7"' }), message({ weight: '"1.5"' }), message({ is_open: '"true"' })],
  ],
  ['texts without quotes', [message({ thing_id: '7' }), message({ kind: 'A' }), message({ at: '2026' })]],
  [
    'numbers with a zero before them',
    [message({ count: '07' }), message({ count: '-0' }), message({ weight: '01.5' })],
  ],
  [
    'numbers of many digits',
    [
      message({ count: '9007199254740993' }),
      message({ count: '123456789012345678' }),
      message({ weight: '0.1234567890123456789' }),
      message({ weight: '123456789012345678901' }),
    ],
  ],
  [
    'numbers out of bounds',
    [message({ weight: '-0.5' }), message({ weight: '-0.0' }), message({ count: '1000000000000001' })],
  ],
  [
    'spellings of numbers',
    [
      message({ weight: '1.50' }),
      message({ weight: '15e-1' }),
      message({ weight: '1.' }),
      message({ weight: '.5' }),
      message({ count: '7.0' }),
    ],
  ],
  ['a field twice', ['1', '2', '3'].map((count) => message({ count: '0' }, [`"count":${count}`]))],
  [
    'a text twice',
    ['"a"', '"bb"', '""', 'null'].map((id) =>
      message({ thing_id: '"first"' }, [`"thing_id":${id}`, `"note":${id}`]),
    ),
  ],
  [
    'a field that is missing now and then',
    [
      message({ note: '' }),
      message(),
      message({ note: '' }),
      message({ note: 'null' }),
      message({ count: '' }),
    ],
  ],
  [
    'a text that begins like a known one',
    [
      message({ kind: '"BBBBBBBBBBBB"' }),
      message({ kind: '"BBBBBBBBBBBC"' }),
      message({ kind: '"BBBBBBBBBBB"' }),
      message({ kind: '"AA"' }),
    ],
  ],
  [
    'a text with an escaped quote early on',
    [
      message({ thing_id: String.raw`"a\"b"` }),
      message({ thing_id: '"a"' }),
      message({ thing_id: String.raw`"a\"b"` }),
    ],
  ],
  [
    'escapes of what needs none',
    [
      message({ thing_id: String.raw`"\u0054-1"` }),
      message({ kind: String.raw`"\u0041"` }),
      message({ note: String.raw`"\u00e9\/"` }),
    ],
  ],
  [
    'texts that need escapes',
    [message({ note: String.raw`"\u0000\n\"\\"` }), message({ thing_id: String.raw`"tab\there"` })],
  ],
  [
    'long texts',
    [
      message({ note: `"${'n'.repeat(40)}"` }),
      message({ note: `"${'n'.repeat(41)}"` }),
      message({ thing_id: `"${'é'.repeat(500)}"` }),
    ],
  ],
  [
    'what is no Unicode text',
    [
      message({ thing_id: String.raw`"\ud800"` }),
      message({ thing_id: String.raw`"\udc00\ud800"` }),
      message({ thing_id: String.raw`"\ud83c\udf7a"` }),
    ],
  ],
  ['control characters', [message({ thing_id: '"a\u0001b"' }), message({ note: '"a\nb"' })]],
  [
    'fields that are not declared',
    ['1', '01', '1.', '"x"', '{"a":[1,{"b":"]}"}]}', '[1,]', 'nul'].map((json) =>
      message({}, [`"shop":${json}`]),
    ),
  ],
  [
    'an escaped name of a field',
    [message({ count: '' }, [String.raw`"c\u006funt":8`]), message({}, [String.raw`"c\u006funt":8`])],
  ],
  [
    'something behind the object',
    [`${message()} `, `${message()}x`, `${message()}{}`, message().slice(0, -1), `${message()}\n`],
  ],
  ['something before the object', [` ${message()}`, `\ufeff${message()}`, `x${message()}`, `[${message()}]`]],
  [
    'another layout that begins alike',
    [
      message(),
      message().replace('"count":7', '"count" : 7'),
      message().replace('"count":7', '"count":8'),
      message().replace('"weight"', '"weighs"'),
    ],
  ],
  [
    'times that are spelled in many ways',
    [
      '2026-11-22T09:30:00Z',
      '2026-11-22T09:30:00.000000Z',
      '2026-11-22 09:30:00.000Z',
      '2026-11-22t09:30:00.000z',
      '2026-11-22T09:30:00.0004Z',
      '2026-11-22T09:30:00.000400Z',
      '2026-11-22T09:30:00',
      '2026-11-22T09:30:00+02:00',
      '2026-11-22T09:30:00.Z',
      '2026-11-22T09:30 00Z',
      '2026-11-22T09:30:00.000Z"',
    ].map((at) => message({ at: `"${at}"` })),
  ],
])('the parser and the reader take %s for the same', (_what, messages) => {
  // Between messages that are as expected, so that each is met by a layout that is known and by one that is not.
  expect(readAll([...messages, message(), message(), ...messages, ...messages, message()])).toBeGreaterThan(
    2,
  );
  for (const each of messages) readAll([each, each]);
});
