import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../protocol.ts';
import { search } from '../search.ts';

describe('the model of the protocol', () => {
  it.each([
    [3, 2],
    [2, 3],
  ])(
    'keeps every promise with %i records and %i consumers, whatever fails in whatever order',
    (records, consumers) => {
      const { failure, worlds } = search({ records, consumers });
      expect(failure).toBeUndefined();
      expect(worlds).toBeGreaterThan(100);
    },
  );

  it.each(MUTANTS)('breaks a promise where a rule is left out: %s', (mutant) => {
    expect(search({ records: 3, consumers: 2, mutant }).failure?.promise).toBeDefined();
  });
});
