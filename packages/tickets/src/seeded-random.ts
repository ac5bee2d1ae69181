// The smallest of faker's entry points. The main one loads 70 languages: ten times the time and memory.
import { faker } from '@faker-js/faker/locale/base';

const BLOCK_LENGTH = 1024;

/**
 * Numbers of [0, 1), the same for the same seed, on every version of Node. `seed` is an integer from 0 to 2^53 - 1;
 * each `stream` of a seed gives other numbers.
 *
 * That entry point has one faker for all callers. So it is seeded again for each block, and a block is drawn in one go:
 * other uses of it in between change nothing here.
 */
export function createSeededRandom(seed: number, stream?: number): () => number {
  const parts = seedParts(seed);
  const streams = stream === undefined ? [] : [stream];
  let blocks = 0;
  let block: number[] = [];

  return function draw(): number {
    const number = block.pop();
    if (number !== undefined) return number;
    faker.seed([...parts, blocks, ...streams]);
    blocks += 1;
    block = Array.from({ length: BLOCK_LENGTH }, () => faker.number.float());
    return draw();
  };
}

/** The two 32-bit halves of a seed, as faker takes them. Throws a `RangeError` for what is no integer from 0 to 2^53 - 1. */
export function seedParts(seed: number): readonly [high: number, low: number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed: expected an integer from 0 to ${Number.MAX_SAFE_INTEGER}, found ${seed}`);
  }
  return [Math.floor(seed / 2 ** 32), seed % 2 ** 32];
}
