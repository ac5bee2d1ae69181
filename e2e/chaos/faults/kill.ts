import type { Fault } from './fault.ts';
import { killConsumers } from './kill-consumers.ts';

export const kill: Fault = {
  name: 'kill',
  title: 'consumers killed (`SIGKILL`) at random moments',
  storages: ['s3', 'folder'],
  consumers: [1, 3],
  flowMs: 2_500,
  share: 20,
  disturbsServers: false,
  unleash: (stage) => killConsumers(stage, 3 + stage.random.below(3)),
};
