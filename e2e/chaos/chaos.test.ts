import { describe, expect, test } from 'vitest';
import { FAULTS } from './faults/faults.ts';
import { ALL_WELL, isWanted, SEED, useChaos } from './one-of-each.ts';

describe.skipIf(!isWanted)(`each ticket is there exactly once (seed ${SEED})`, () => {
  const run = useChaos();

  test.concurrent.for(FAULTS.filter(({ disturbsServers }) => disturbsServers === undefined))(
    'though $name: $title',
    async (fault, { skip }) => {
      expect(await run(fault, skip)).toMatchObject(ALL_WELL);
    },
  );
});
