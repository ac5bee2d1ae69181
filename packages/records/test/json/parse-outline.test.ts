import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseOutline } from '../../src/json/parse-outline.ts';

const NAMES = new Set(['type', 'a', '__proto__', 'é"']);

/** What is left of a parsed value: nothing within a member or an array. */
function outlineOf(value: unknown): unknown {
  const hollow = (each: unknown): unknown =>
    Array.isArray(each) ? [] : typeof each === 'object' && each !== null ? {} : each;
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return hollow(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, NAMES.has(name) ? hollow(each) : null]),
  );
}

function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function tryOutline(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseOutline(Buffer.from(text), NAMES) };
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return undefined;
  }
}

const names = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary' }), fc.string());
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.constantFrom(null, true, false, 0, -1.5e300), fc.string({ unit: 'binary' }), fc.double()),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(names, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

describe('the outline of a JSON text', () => {
  test('is what JSON.parse makes of it, less what lies within members and arrays', () => {
    const spaced = fc
      .tuple(json, fc.constantFrom(0, 2, '\t'))
      .map(([value, space]) => JSON.stringify(value, null, space));
    fc.assert(
      fc.property(spaced, (text) => {
        expect(tryOutline(text)).toEqual({ value: outlineOf(JSON.parse(text)) });
      }),
      { numRuns: 2_000 },
    );
  });

  test('is there for the same texts for which JSON.parse is', () => {
    const damaged = fc
      .tuple(
        json,
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '0', '\n', 'nul', '\\u12'),
      )
      .map(([value, at, cut, put]) => {
        const text = JSON.stringify(value);
        const place = at % (text.length + 1);
        return Buffer.from(`${text.slice(0, place)}${put}${text.slice(place + cut)}`).toString();
      });
    let texts = 0;
    fc.assert(
      fc.property(damaged, (text) => {
        const parsed = tryParse(text);
        if (parsed === undefined) texts += 1;
        expect(tryOutline(text)).toEqual(parsed && { value: outlineOf(parsed.value) });
      }),
      { numRuns: 5_000 },
    );
    expect(texts).toBeGreaterThan(1_000); // both kinds came up
  });

  test('keeps the last of a member that comes twice, and some names of unknown members', () => {
    expect(parseOutline(Buffer.from('{"type":1,"type":[2],"x":{"y":1}}'), NAMES)).toEqual({
      type: [],
      x: null,
    });
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`, index]));
    const outline = parseOutline(Buffer.from(JSON.stringify({ ...many, type: 'a' })), NAMES);
    expect(outline).toMatchObject({ type: 'a', x0: null });
    expect(Object.keys(outline ?? {})).toHaveLength(33);
  });

  test('accepts a byte order mark, and values of any depth', () => {
    const deep = `\ufeff {"type":${'['.repeat(1e6)}${']'.repeat(1e6)}} `;
    expect(parseOutline(Buffer.from(deep), NAMES)).toEqual({ type: [] });
    expect(() => parseOutline(Buffer.from('['.repeat(1e6)), NAMES)).toThrow('expected JSON');
  });
});
