import type { Fault } from './fault.ts';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
/** Small steps are those of time servers. S3 refuses requests that are more than 15 minutes off. */
const JUMPS = [2 * SECOND, 60 * SECOND, 600 * SECOND, DAY / 24, DAY, 400 * DAY];

export const clock: Fault = {
  name: 'clock',
  title: 'the clock of consumers jumps, by seconds to a year, both ways',
  storages: ['s3', 'folder'],
  consumers: [1, 2],
  flowMs: 3_000,
  share: 10,
  disturbsServers: false,
  shiftsClocks: true,
  async unleash({ crew, random, after }) {
    const jumps = 4 + random.below(4);
    for (let count = 0; count < jumps; count += 1) {
      await after(100 + random.below(700));
      const most = random.pick(JUMPS) ?? 0;
      crew.shiftClocks(Math.round((random.next() * 2 - 1) * most));
    }
    await after(random.below(500));
    crew.shiftClocks(0);
  },
};
