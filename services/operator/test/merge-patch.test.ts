import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyMergePatch, parsePatch } from '../src/dead-letters/merge-patch.ts';

const patched = (value: unknown, patch: string): unknown => applyMergePatch(value, parsePatch(patch));

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
])('%s merged with %s is %s', ([value, patch, expected]) => {
  expect(patched(JSON.parse(value ?? ''), patch ?? '')).toEqual(JSON.parse(expected ?? ''));
});

test('a patch does not change what all objects have', () => {
  const result = patched({}, '{"__proto__":{"polluted":true},"a":{"constructor":{"polluted":true}}}');
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  expect([{}, Object].some((each) => 'polluted' in each)).toBe(false);
});

test('a patch may lie in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'operator-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'patch.json'), '{"a":1}\n');
  expect(parsePatch(`@${join(folder, 'patch.json')}`)).toEqual({ a: 1 });
  expect(() => parsePatch(`@${join(folder, 'other.json')}`)).toThrow('no such file');
});

test.for(['{', '1', 'null', '"a"', '[{"op":"remove","path":"/a"}]'])('%s is refused as no patch', (text) => {
  expect(() => parsePatch(text)).toThrow(RangeError);
});
