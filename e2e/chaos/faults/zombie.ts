import type { Fault } from './fault.ts';

export const zombie: Fault = {
  name: 'zombie',
  title: 'a consumer frozen in the middle of its work, overtaken by one of another group, then woken up',
  storages: ['s3'],
  consumers: [1, 2],
  flowMs: 3_000,
  share: 13,
  disturbsServers: false,
  async unleash(stage) {
    const { crew, random, after } = stage;
    const victim = random.pick(crew.running());
    if (victim === undefined) return;
    await stage.assigned(victim);
    const freezes = 1 + random.below(3);
    for (let count = 0; count < freezes; count += 1) {
      await after(random.below(300));
      victim.freeze();
      const other = crew.start(stage.newGroup());
      await stage.assigned(other);
      await after(200 + random.below(1_500));
      victim.thaw();
      if (random.chance(0.5)) await other.kill();
    }
  },
};
