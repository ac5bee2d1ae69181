import { describe, expect, test } from 'vitest';
import { unknownFieldsOf } from '../../src/json/unknown-fields.ts';

const FIELDS = new Set(['type']);
const unknownOf = (json: string): string | undefined => unknownFieldsOf(Buffer.from(json), FIELDS);

describe('unknown fields', () => {
  test.each([0, 1, 999, 1_000, 1_001, 2_500])(
    'are kept, each of %i, in their order and as they were written',
    (count) => {
      const members = Array.from({ length: count }, (_, index) => `"x${index}":1.${index}0`);
      const message = `{${[...members, '"type":"a"'].join(', ')}}`;
      expect(unknownOf(message)).toBe(count === 0 ? undefined : `{${members.join(',')}}`);
    },
  );

  test('are not those that are declared, however their names are written', () => {
    expect(unknownOf('{"t\\u0079pe":"a","constructor":1}')).toBe('{"constructor":1}');
  });
});
