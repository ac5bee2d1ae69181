import type { Fault } from './fault.ts';
import { killBroker } from './kill-broker.ts';

export const broker: Fault = {
  name: 'broker',
  title: 'a broker killed and revived',
  storages: ['s3', 'folder'],
  consumers: [1, 3],
  flowMs: 8_000,
  share: 3,
  disturbsServers: true,
  unleash: (stage) => killBroker(stage, 1 + stage.random.below(3)),
};
