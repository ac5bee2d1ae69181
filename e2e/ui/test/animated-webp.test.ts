import { expect, test } from 'vitest';
import { animateWebp } from '../record/animated-webp.ts';

/** A still picture of one byte, which needs a byte of padding. */
const still = Buffer.concat([Buffer.from('RIFF\x16\0\0\0WEBPVP8 \x01\0\0\0A\0', 'latin1')]);

test('still pictures become one that moves, each with its size and for as long as it is shown', () => {
  const moving = Buffer.from(
    animateWebp(
      [
        { webp: still, ms: 500 },
        { webp: still, ms: 1_000 },
      ],
      { width: 320, height: 200 },
    ),
  );
  expect(moving.readUInt32LE(4)).toBe(moving.length - 8);
  expect(moving.toString('latin1', 8, 16)).toBe('WEBPVP8X');
  expect([moving.readUIntLE(24, 3), moving.readUIntLE(27, 3)]).toEqual([319, 199]);
  const first = moving.indexOf('ANMF');
  expect(moving.readUIntLE(first + 8 + 12, 3)).toBe(500);
  expect(moving.toString('latin1', first + 24, first + 34)).toBe('VP8 \x01\0\0\0A\0');
  expect(moving.readUIntLE(moving.lastIndexOf('ANMF') + 8 + 12, 3)).toBe(1_000);
});

test('what is no WebP picture is refused', () => {
  expect(() =>
    animateWebp([{ webp: Buffer.from('GIF89a, and more'), ms: 1 }], { width: 1, height: 1 }),
  ).toThrow('expected a WebP picture');
});
