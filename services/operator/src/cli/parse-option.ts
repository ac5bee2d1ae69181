import { InvalidArgumentError } from 'commander';

/** A whole number of 0 or more, for options that are no variable. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of 0 or more.');
  return Number(text);
}
