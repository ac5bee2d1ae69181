import type { Fault } from './fault.ts';

export const repeat: Fault = {
  name: 'repeat',
  title: 'producers send the same tickets again; each record counts, and counts once',
  storages: ['s3', 'folder'],
  consumers: [1, 2],
  flowMs: 2_500,
  share: 6,
  disturbsServers: false,
  repeats: 0.4,
  async unleash({ crew, random, after, newGroup }) {
    await after(random.below(2_000));
    await random.pick(crew.running())?.kill();
    crew.start(newGroup());
  },
};
