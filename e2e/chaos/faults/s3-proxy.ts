import type { Fault } from './fault.ts';

const LEAST_RATE = 0.05;
const RATES = 0.3;

export const s3Proxy: Fault = {
  name: 's3-proxy',
  title: 'S3 answers 500 and 503, resets before and after a write took effect, takes seconds, tears answers',
  storages: ['s3'],
  consumers: [1, 3],
  flowMs: 4_000,
  share: 18,
  disturbsServers: false,
  usesProxy: true,
  async unleash({ proxy, random, after }) {
    const spells = 2 + random.below(3);
    for (let count = 0; count < spells; count += 1) {
      proxy.setRate(LEAST_RATE + random.next() * RATES);
      await after(500 + random.below(1_500));
      proxy.setRate(0);
      await after(random.below(500));
    }
  },
};
