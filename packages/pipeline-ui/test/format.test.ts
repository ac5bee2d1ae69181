import { describe, expect, it } from 'vitest';
import {
  showBytes,
  showDuration,
  showDurationTick,
  showRange,
  showRate,
  showShare,
} from '../web/src/format/numbers.ts';
import { bytesOf, showHex, showText } from '../web/src/format/raw-value.ts';

describe('what the page makes of values', () => {
  it('shows text that could mislead with its unseen characters named', () => {
    expect(showText('a\u0000b\u001b[31m\u202ec\u200bd\te\nf')).toBe('a␀b␛[31m⟨U+202E⟩c⟨U+200B⟩d\te\nf');
    expect(showText('Problème de connexion 🎫')).toBe('Problème de connexion 🎫');
  });

  it('shows bytes as a hex dump', () => {
    expect(showHex(bytesOf(Buffer.from([0xff, 0x00, 0x41]).toString('base64')))).toBe(
      `00000000  ff 00 41${' '.repeat(39)}  |..A|`,
    );
    expect(showHex(new Uint8Array(17)).split('\n')).toHaveLength(2);
  });

  it('shows ranges with both ends included, beyond what numbers hold', () => {
    expect(showRange('0', '50')).toBe('0–49');
    expect(showRange('7', '8')).toBe('7');
    expect(showRange('9007199254740993', '9007199254740995')).toBe(
      '9,007,199,254,740,993–9,007,199,254,740,994',
    );
  });

  it.each([
    [null, '–'],
    [8.44, '8.4'],
    [1234.5, '1,235'],
  ])('shows a rate of %s as %s', (rate, shown) => {
    expect(showRate(rate)).toBe(shown);
  });

  it.each([
    [0, 0, '–'],
    [1, 100_000, 'under 0.1%'],
    [2, 1_000, '0.2%'],
    [1, 4, '25%'],
  ])('shows %i of %i as %s', (part, total, shown) => {
    expect(showShare(part, total)).toBe(shown);
  });

  it.each([
    [0, '0\u00a0ms'],
    [4, '4.0\u00a0ms'],
    [31.4, '31\u00a0ms'],
    [1_234, '1.2\u00a0s'],
  ])('shows %d ms as %s', (ms, shown) => {
    expect(showDuration(ms)).toBe(shown);
  });

  it.each([
    [0.5, '0.5\u00a0ms'],
    [8, '8\u00a0ms'],
    [10, '10\u00a0ms'],
    [1_500, '1.5\u00a0s'],
  ])('labels %d ms on an axis with %s', (ms, shown) => {
    expect(showDurationTick(ms)).toBe(shown);
  });

  it.each([
    [999, '999\u00a0B'],
    [1_300, '1.3\u00a0kB'],
    [48_000_000, '48\u00a0MB'],
  ])('shows %i bytes as %s', (bytes, shown) => {
    expect(showBytes(bytes)).toBe(shown);
  });
});
