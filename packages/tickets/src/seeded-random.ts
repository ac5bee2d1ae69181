// The smallest of faker's entry points. The main one loads 70 languages: ten times the time and memory.
import { faker } from '@faker-js/faker/locale/base';

const BLOCK_LENGTH = 1024;

/**
 * Numbers of [0, 1), the same for the same seed, on every version of Node. `seed` is an integer from 0 to 2^53 - 1.
 *
 * That entry point has one faker for everybody. So it is seeded anew for each block, and a block is drawn at one go:
 * what others do with it in between changes nothing here.
 */
export function createSeededRandom(seed: number): () => number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed: expected an integer from 0 to ${Number.MAX_SAFE_INTEGER}, found ${seed}`);
  }
  const high = Math.floor(seed / 2 ** 32);
  const low = seed % 2 ** 32;
  let blocks = 0;
  let block: number[] = [];

  return function draw(): number {
    const number = block.pop();
    if (number !== undefined) return number;
    faker.seed([high, low, blocks]);
    blocks += 1;
    block = Array.from({ length: BLOCK_LENGTH }, () => faker.number.float());
    return draw();
  };
}
