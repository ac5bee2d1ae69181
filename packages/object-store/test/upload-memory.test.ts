import { expect, test } from 'vitest';
import { UploadMemory } from '../src/upload-memory.ts';

const PIECE = 1024 * 1024;
/** What may wait when nothing is held. */
const LEAST = 6;

const take = (memory: UploadMemory, count: number): readonly Buffer[] =>
  Array.from({ length: count }, () => memory.take());

test('memory of uploads that fill and send together is all used again', () => {
  const memory = new UploadMemory(PIECE);
  const first = new Set(take(memory, 30));
  memory.give([...first]);
  const again = take(memory, 29);
  expect(again.every((piece) => first.has(piece))).toBe(true);
});

test('once less is held, the rest is let go of, a piece each time, and a few stay', () => {
  const memory = new UploadMemory(PIECE);
  memory.give(take(memory, 30));
  expect(memory.spareBytes).toBe(30 * PIECE);
  for (let sent = 1; sent <= 10; sent += 1) memory.give(take(memory, 2));
  expect(memory.spareBytes).toBe(20 * PIECE);
  for (let sent = 1; sent <= 100; sent += 1) memory.give(take(memory, 2));
  expect(memory.spareBytes).toBe(LEAST * PIECE);
});

test('memory that something may still be sending is neither held nor used again', () => {
  const memory = new UploadMemory(PIECE);
  const lost = take(memory, 3);
  memory.abandon(lost);
  expect([memory.heldBytes, memory.spareBytes]).toEqual([0, 0]);
  expect(lost.includes(memory.take())).toBe(false);
});
