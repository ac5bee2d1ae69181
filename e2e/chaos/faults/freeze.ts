import type { Fault } from './fault.ts';

export const freeze: Fault = {
  name: 'freeze',
  title: 'a consumer frozen (`SIGSTOP`) for longer than its session, then woken up',
  storages: ['s3', 'folder'],
  consumers: [2, 3],
  flowMs: 6_000,
  share: 6,
  disturbsServers: false,
  async unleash(stage) {
    const { crew, random, after, sessionTimeoutMs } = stage;
    const victim = random.pick(crew.running());
    if (victim === undefined) return;
    await stage.assigned(victim);
    await after(random.below(800));
    victim.freeze();
    await after(sessionTimeoutMs + 500 + random.below(3_000));
    victim.thaw();
  },
};
