import {
  by,
  defineQuery,
  defineRecord,
  lookup,
  nullable,
  oneOf,
  text,
  timestamp,
} from '@client-tickets/records';
import { expect, test } from 'vitest';

const thing = defineRecord('thing', {
  thing_id: text(),
  at: timestamp(),
  size: oneOf('S', 'M'),
  color: nullable(oneOf('RED', 'BLUE')),
});

test('derived columns and counts follow from a declaration', () => {
  const query = defineQuery({
    table: 'things',
    record: thing,
    derive: { cut: lookup('size', { S: 'tight', M: 'tight' }) },
    counts: { thing_counts: by('size'), thing_counts_by_cut: by('cut') },
  });
  expect(query.derived).toEqual([{ name: 'cut', from: 'size', values: ['tight', 'tight'] }]);
  expect(query.countsFiles).toEqual([
    {
      name: 'thing_counts',
      column: 'size',
      countColumn: 'thing_count',
      values: ['S', 'M'],
      source: { field: 'size', values: ['S', 'M'] },
    },
    {
      name: 'thing_counts_by_cut',
      column: 'cut',
      countColumn: 'thing_count',
      values: ['tight'],
      source: { field: 'size', values: ['tight', 'tight'] },
    },
  ]);
  expect(query.key).toBeUndefined();
});

test('counts by windows of a timestamp are declared beside the totals', () => {
  const { countsFiles, windows } = defineQuery({
    table: 'things',
    record: thing,
    derive: { cut: lookup('size', { S: 'tight', M: 'loose' }) },
    counts: { thing_counts: by('size'), thing_counts_by_minute: by('cut').perMinute('at') },
  });
  expect(countsFiles.map(({ name }) => name)).toEqual(['thing_counts']);
  expect(windows).toEqual({
    name: 'thing_counts_by_minute',
    column: 'cut',
    countColumn: 'thing_count',
    values: ['tight', 'loose'],
    source: { field: 'size', values: ['tight', 'loose'] },
    time: 'at',
    unit: 'minute',
    unitMs: 60_000,
  });
});

test.each<readonly [string, () => unknown, string]>([
  [
    'a second count by windows',
    () =>
      defineQuery({
        table: 'things',
        record: thing,
        derive: {},
        counts: { by_hour: by('size').perHour('at'), by_day: by('size').perDay('at') },
      }),
    'by_day: expected one count by windows, found by_hour as well',
  ],
  [
    'windows of a timestamp that may be null',
    () =>
      defineQuery({
        table: 'things',
        record: defineRecord('thing', { size: oneOf('S'), at: nullable(timestamp()) }),
        derive: {},
        counts: { by_hour: by('size').perHour('at') },
      }),
    'by_hour: expected a field that is not nullable, found at',
  ],
  [
    'counts in the folder of final windows',
    () =>
      defineQuery({
        table: 'things',
        record: thing,
        derive: {},
        counts: { by_hour_final: by('size'), by_hour: by('size').perHour('at') },
      }),
    'by_hour_final: a folder of the results has this name already',
  ],
  ['a name that can be no column', () => defineRecord('thing', { Size: text() }), 'found "Size"'],
  ['a name with a blank', () => defineRecord('a thing', { size: text() }), 'found "a thing"'],
  [
    'a column that every row has',
    () => defineRecord('thing', { kafka_offset: text() }),
    'already has a column kafka_offset',
  ],
  ['no field', () => defineRecord('thing', {}), 'thing: expected fields, found none'],
  ['no value', () => oneOf(), 'expected different texts that are not empty, found []'],
  ['an empty value', () => oneOf('A', ''), 'found ["A",""]'],
  ['a value twice', () => oneOf('A', 'A'), 'found ["A","A"]'],
  ['a pattern with a state', () => text({ pattern: /a/g }), 'expected none of the flags g and y, found /a/g'],
  [
    'counts by a field that may be null',
    () => defineQuery({ table: 'things', record: thing, derive: {}, counts: { thing_counts: by('color') } }),
    'thing_counts: expected a field that is not nullable, found color',
  ],
  [
    'a lookup that lacks a value',
    () =>
      defineQuery({
        table: 'things',
        record: defineRecord('thing', { size: oneOf('S', 'toString') }),
        // As a declaration in JavaScript may have it: the compiler would say so, too.
        derive: { cut: lookup('size', JSON.parse('{"S":"tight"}')) },
        counts: { thing_counts: by('size') },
      }),
    'cut: expected a value for toString, found nothing',
  ],
  [
    'a derived column that is called like a field',
    () =>
      defineQuery({
        table: 'things',
        record: thing,
        derive: { at: lookup('size', { S: 's', M: 'm' }) },
        counts: { thing_counts: by('size') },
      }),
    'at: a field has this name already',
  ],
  ...['things', 'things_json', 'late_things', 'dead_letters'].map(
    (name) =>
      [
        `counts in the folder ${name}`,
        () => defineQuery({ table: 'things', record: thing, derive: {}, counts: { [name]: by('size') } }),
        `${name}: a folder of the results has this name already`,
      ] as const,
  ),
])('%s is refused', (_what, define, message) => {
  expect(define).toThrow(message);
});
