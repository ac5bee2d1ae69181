import { expect, test } from 'vitest';
import { BufferPool } from '@client-tickets/micro-batch';

test('memory that was given back is used for what fits in it', () => {
  const pool = new BufferPool(200);
  const first = pool.take(100);
  pool.give(first);
  expect(pool.take(101)).not.toBe(first);
  expect(pool.take(60)).toBe(first);
  expect(pool.take(60)).not.toBe(first);
});

test('the smallest that fits is taken', () => {
  const pool = new BufferPool(60);
  const [small, middle, large] = [10, 20, 30].map((size) => pool.take(size));
  for (const buffer of [large, small, middle]) if (buffer !== undefined) pool.give(buffer);
  expect(pool.take(15)).toBe(middle);
  expect(pool.take(5)).toBe(small);
  expect(pool.take(5)).toBe(large);
});

test('the largest is freed when together they take too many bytes', () => {
  const pool = new BufferPool(50);
  const [small, middle, large] = [10, 20, 30].map((size) => pool.take(size));
  for (const buffer of [large, small, middle]) if (buffer !== undefined) pool.give(buffer);
  expect(pool.take(25)).not.toBe(large);
  expect(pool.take(15)).toBe(middle);
  expect(pool.take(5)).toBe(small);
});
