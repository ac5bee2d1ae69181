import { describe, expect, test } from 'vitest';
import { FAULTS } from './faults/faults.ts';
import { ALL_WELL, isWanted, SEED, useChaos } from './one-of-each.ts';

/** One after the other, on servers where nothing else runs meanwhile. */
describe.skipIf(!isWanted)(`each ticket is there exactly once (seed ${SEED})`, () => {
  const run = useChaos();

  test.for(FAULTS.filter(({ disturbsServers }) => disturbsServers === true))(
    'though $name: $title',
    async (fault, { skip }) => {
      expect(await run(fault, skip)).toMatchObject(ALL_WELL);
    },
  );
});
