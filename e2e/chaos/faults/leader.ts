import type { Fault } from './fault.ts';
import { killBroker } from './kill-broker.ts';

export const leader: Fault = {
  name: 'leader',
  title: "a partition leader's broker killed and revived",
  storages: ['s3', 'folder'],
  consumers: [1, 3],
  flowMs: 8_000,
  share: 2,
  disturbsServers: true,
  unleash: async (stage) =>
    killBroker(stage, await stage.cluster.leaderOf(stage.topic, stage.random.below(stage.partitions))),
};
