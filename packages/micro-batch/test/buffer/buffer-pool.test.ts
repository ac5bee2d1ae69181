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

test('what was not wanted for the longest is freed when together they take too many bytes, whatever its size', () => {
  const pool = new BufferPool(50);
  const [small, middle, large] = [10, 20, 30].map((size) => pool.take(size));
  for (const buffer of [small, large, middle]) if (buffer !== undefined) pool.give(buffer);
  expect(pool.take(5)).toBe(middle);
  expect(pool.take(5)).toBe(large);
});

test('sizes in turn are all found again, where there is room for one of each', () => {
  const pool = new BufferPool(30);
  const sizes = [10, 20];
  const first = sizes.map((size) => pool.take(size));
  for (let turn = 0; turn < 10; turn += 1) {
    for (const buffer of first) pool.give(buffer);
    for (const [index, size] of sizes.entries()) expect(pool.take(size)).toBe(first[index]);
  }
});

test('more than the pool holds is not kept', () => {
  const pool = new BufferPool(50);
  const large = pool.take(51);
  pool.give(large);
  expect(pool.take(1)).not.toBe(large);
});
