import type { Fault } from './fault.ts';
import { killConsumers } from './kill-consumers.ts';

const MOST_SHIFT_MS = 600_000; // less than what S3 refuses

export const storm: Fault = {
  name: 'storm',
  title: 'kills, a bad S3, jumping clocks and repeating producers at once',
  storages: ['s3'],
  consumers: [2, 3],
  flowMs: 4_000,
  share: 8,
  disturbsServers: false,
  usesProxy: true,
  shiftsClocks: true,
  repeats: 0.2,
  async unleash(stage) {
    const { crew, proxy, random } = stage;
    proxy.setRate(0.05 + random.next() * 0.15);
    for (let count = 0; count < 3; count += 1) {
      crew.shiftClocks(Math.round((random.next() * 2 - 1) * MOST_SHIFT_MS));
      await killConsumers(stage, 1);
    }
    proxy.setRate(0);
    crew.shiftClocks(0);
  },
};
