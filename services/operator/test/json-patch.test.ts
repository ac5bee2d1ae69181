import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyJsonPatch, parsePatch } from '../src/dead-letters/json-patch.ts';

const patched = (value: unknown, patch: string): unknown => applyJsonPatch(value, parsePatch(patch));

describe('an object', () => {
  // RFC 7396, appendix A, as far as the patch is an object
  test.for([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '{"a":"c"}', '{"a":"c"}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('is merged: %s with %s gives %s', ([value, patch, expected]) => {
    expect(patched(JSON.parse(value ?? ''), patch ?? '')).toEqual(JSON.parse(expected ?? ''));
  });

  test('does not change what all objects have', () => {
    const result = patched({}, '{"__proto__":{"polluted":true},"a":{"constructor":{"polluted":true}}}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect([{}, Object].some((each) => 'polluted' in each)).toBe(false);
  });
});

describe('a list of operations', () => {
  test('is carried out in order', () => {
    const operations =
      '[{"op":"test","path":"/a","value":1},{"op":"replace","path":"/a","value":2},{"op":"move","from":"/a","path":"/b"}]';
    expect(patched({ a: 1 }, operations)).toEqual({ b: 2 });
  });

  test('may replace the whole value', () => {
    expect(patched([1], '[{"op":"replace","path":"","value":{"a":1}}]')).toEqual({ a: 1 });
  });

  test('is refused as a whole when an operation does not fit, and leaves the value as it was', () => {
    const value = { a: 1 };
    expect(() => patched(value, '[{"op":"add","path":"/b","value":1},{"op":"remove","path":"/c"}]')).toThrow(
      'operation 2',
    );
    expect(value).toEqual({ a: 1 });
  });

  test('that sets each member replaces any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer()), (target) => {
        const operations = Object.entries(target).map(([name, value]) => ({
          op: 'add',
          path: `/${name}`,
          value,
        }));
        expect(patched({}, JSON.stringify(operations))).toEqual(target);
      }),
    );
  });
});

test.for([
  '{',
  '1',
  'null',
  '"a"',
  '[1]',
  '[{"op":"nothing","path":"/a"}]',
  '[{"op":"add","path":"a","value":1}]',
])('%s is refused as no patch', (text) => {
  expect(() => parsePatch(text)).toThrow(RangeError);
});
