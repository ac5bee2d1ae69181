import { expect, test } from 'vitest';
import { BufferPool } from '../src/buffer-pool.ts';

test('memory that was given back is used for what fits in it', () => {
  const pool = new BufferPool(2);
  const first = pool.take(100);
  pool.give(first);
  expect(pool.take(101)).not.toBe(first);
  expect(pool.take(60)).toBe(first);
  expect(pool.take(60)).not.toBe(first);
});

test('the smallest that fits is taken, and the smallest let go of when there are too many', () => {
  const pool = new BufferPool(2);
  const [small, middle, large] = [10, 20, 30].map((size) => pool.take(size));
  for (const buffer of [large, small, middle]) if (buffer !== undefined) pool.give(buffer);
  expect(pool.take(5)).toBe(middle);
  expect(pool.take(5)).toBe(large);
  expect(pool.take(5)).not.toBe(small);
});
