import {
  boolean,
  createRecordParser,
  defineRecord,
  integer,
  number,
  oneOf,
  text,
  timestamp,
  type Field,
} from '@client-tickets/records';
import { expect, test } from 'vitest';

/** Why a record with this value is a dead letter; `undefined`: it is none. `value` is JSON, '' leaves the field out. */
function reasonOf(field: Field, value: string): string | undefined {
  const parse = createRecordParser(defineRecord('thing', { field }));
  const verdict = parse(Buffer.from(value === '' ? '{}' : `{"field":${value}}`));
  return verdict.ok ? undefined : verdict.reason;
}

const KINDS: readonly (readonly [Field, string])[] = [
  [text(), 'non-empty Unicode text'],
  [text({ length: { min: 0 } }), 'Unicode text'],
  [
    text({ length: { min: 2, max: 5 } }),
    'non-empty Unicode text of at least 2 characters and at most 5 characters',
  ],
  [text({ length: { max: 5 } }), 'non-empty Unicode text of at most 5 characters'],
  [text({ pattern: /^X-\d+$/ }), 'non-empty Unicode text that matches /^X-\\d+$/'],
  [oneOf('A', 'B'), 'one of A, B'],
  [timestamp(), 'an ISO 8601 time'],
  [integer(), 'an integer'],
  [integer({ min: 0 }), 'an integer from 0 on'],
  [number({ min: 0, max: 9.5 }), 'a number from 0 to 9.5'],
  [number({ max: 9 }), 'a number up to 9'],
  [boolean(), 'true or false'],
];

test.each(KINDS)('what does not fit a %j is refused with what was expected and found', (field, expected) => {
  expect(reasonOf(field, '[]')).toBe(`field: expected ${expected}, found an array`);
  expect(reasonOf(field, '')).toBe(`field: expected ${expected}, found nothing`);
  expect(reasonOf(field, 'null')).toBe(`field: expected ${expected}, found null`);
});

test.each(KINDS)('a %j that is nullable may be null, or missing', (field, expected) => {
  expect(reasonOf({ ...field, nullable: true }, 'null')).toBeUndefined();
  expect(reasonOf({ ...field, nullable: true }, '')).toBeUndefined();
  expect(reasonOf({ ...field, nullable: true }, '{}')).toBe(
    `field: expected ${expected}, or null, found an object`,
  );
});

test.each<[Field, string]>([
  [text(), '""'],
  [text(), '"\\ud800"'],
  [text({ length: { min: 2 } }), '"a"'],
  [text({ length: { max: 2 } }), '"abc"'],
  [text({ pattern: /^X-\d+$/ }), '"X-"'],
  [oneOf('A', 'B'), '"a"'],
  [oneOf('A', 'B'), '"A "'],
  [integer(), '1.5'],
  [integer(), '9007199254740993'],
  [integer(), '"1"'],
  [integer({ min: 0 }), '-1'],
  [integer({ max: 5 }), '6'],
  [number(), '1e400'],
  [number({ min: 0.5 }), '0.4'],
  [boolean(), '1'],
  [boolean(), '"true"'],
])('of the kind %j is not %s', (field, value) => {
  expect(reasonOf(field, value)).toContain('field: expected ');
});

test('every wrong field is named, in the order of the declaration', () => {
  const parse = createRecordParser(defineRecord('thing', { a: integer(), b: text(), c: boolean() }));
  expect(parse(Buffer.from('{"c":0,"b":"","a":"x"}'))).toMatchObject({
    problem: 'WRONG_FIELD',
    reason:
      'a: expected an integer, found "x"; b: expected non-empty Unicode text, found ""; c: expected true or false, found 0',
  });
});

test('a number that JSON cannot write again is 0, in every format', () => {
  const parse = createRecordParser(defineRecord('thing', { a: integer(), b: number() }));
  const verdict = parse(Buffer.from('{"a":-0,"b":-0.0}'));
  expect(verdict.ok && [Object.is(verdict.record.a, 0), Object.is(verdict.record.b, 0)]).toEqual([
    true,
    true,
  ]);
});

test('what is not declared is named as unknown, whatever it is called', () => {
  const parse = createRecordParser(defineRecord('thing', { a: integer() }));
  expect(parse(Buffer.from('{"a":1,"constructor":2,"__proto__":3,"toString":4,"":5}'))).toMatchObject({
    unknownFields: ['constructor', '__proto__', 'toString', ''],
  });
});
