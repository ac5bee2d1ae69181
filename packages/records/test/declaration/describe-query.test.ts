import {
  boolean,
  by,
  defineQuery,
  defineRecord,
  describeQuery,
  integer,
  lookup,
  nullable,
  number,
  oneOf,
  text,
  timestamp,
  type Field,
} from '@client-tickets/records';
import { expect, test } from 'vitest';

const describe = (field: Field): string | undefined =>
  describeQuery(
    defineQuery({
      table: 'things',
      record: defineRecord('thing', { size: oneOf('S', 'M'), field }),
      derive: {},
      counts: { thing_counts: by('size') },
    }),
  )['field'];

test('a query is described by everything that decides what its results hold', () => {
  const query = defineQuery({
    table: 'things',
    record: defineRecord('thing', { thing_id: text(), size: oneOf('S', 'M') }),
    key: 'thing_id',
    derive: { cut: lookup('size', { S: 'tight', M: 'loose' }) },
    counts: { thing_counts: by('size'), thing_counts_by_cut: by('cut') },
  });
  expect(describeQuery(query)).toEqual({
    'table of rows': 'things',
    'kind of record': 'thing',
    'order of fields': 'thing_id, size',
    thing_id: 'text of 1 to Infinity',
    size: 'S, M',
    cut: 'by size, S → tight, M → loose',
    'counts thing_counts': 'by size',
    'counts thing_counts_by_cut': 'by cut',
  });
});

test('counts by windows are described with the length of a window and its timestamp', () => {
  const query = defineQuery({
    table: 'things',
    record: defineRecord('thing', { at: timestamp(), size: oneOf('S', 'M') }),
    derive: {},
    counts: { thing_counts_by_day: by('size').perDay('at') },
  });
  expect(describeQuery(query)).toMatchObject({ 'counts thing_counts_by_day': 'by size per day of at' });
});

test.each<[Field, Field]>([
  [text(), text({ length: { max: 20 } })],
  [text(), text({ length: { min: 0 } })],
  [text({ pattern: /^A/ }), text({ pattern: /^B/ })],
  [text({ pattern: /^A/ }), text({ pattern: /^A/i })],
  [text(), nullable(text())],
  [text(), timestamp()],
  [timestamp(), nullable(timestamp())],
  [integer(), number()],
  [integer({ min: 0 }), integer({ min: 1 })],
  [integer({ max: 5 }), integer({ max: 6 })],
  [number(), number({ min: 0.5 })],
  [boolean(), nullable(boolean())],
  [oneOf('A', 'B'), oneOf('B', 'A')],
  [oneOf('A', 'B'), oneOf('A', 'B', 'C')],
  [oneOf('A, B'), oneOf('A', 'B')],
  [oneOf('A'), nullable(oneOf('A'))],
])('two fields of which a message fits one alone are described differently: %j and %j', (a, b) => {
  expect(describe(a)).not.toBe(describe(b));
});

test('the order of fields, which is that of columns, is described', () => {
  const ordered = (...names: readonly ('a' | 'b')[]) =>
    describeQuery(
      defineQuery({
        table: 'things',
        record: defineRecord('thing', {
          ...Object.fromEntries(names.map((name) => [name, text()])),
          size: oneOf('S'),
        }),
        derive: {},
        counts: { thing_counts: by('size') },
      }),
    );
  expect(ordered('a', 'b')).not.toEqual(ordered('b', 'a'));
});
