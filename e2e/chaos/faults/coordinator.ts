import type { Fault } from './fault.ts';
import { killBroker } from './kill-broker.ts';

export const coordinator: Fault = {
  name: 'coordinator',
  title: "the group coordinator's broker killed and revived",
  storages: ['s3', 'folder'],
  consumers: [2, 3],
  flowMs: 8_000,
  share: 2,
  disturbsServers: true,
  unleash: async (stage) => killBroker(stage, await stage.cluster.coordinatorOf(stage.group)),
};
