import { missingDisk } from '../run/small-disk.ts';
import type { Fault } from './fault.ts';

const MB = 1024 * 1024;

export const disk: Fault = {
  name: 'disk',
  title: 'the disk is full, more than once',
  storages: ['folder'],
  consumers: [1, 1],
  flowMs: 3_000,
  share: 8,
  disturbsServers: false,
  diskBytes: 16 * MB,
  missing: missingDisk,
  async unleash({ location, random, after }) {
    const times = 1 + random.below(3);
    for (let count = 0; count < times; count += 1) {
      await after(200 + random.below(1_000));
      // A few kilobytes may be left, so that it gets full in the middle of a file.
      await location.fillDisk(random.below(5) * 4_096);
      await after(300 + random.below(1_500));
      await location.clearDisk();
    }
  },
};
