import { brokerName } from '@client-tickets/servers';
import type { Stage } from '../run/stage.ts';

const LONGEST_OUTAGE_MS = 12_000; // the cluster gives a silent broker up after nine seconds

/**
 * Kills consumers, each somewhere in its start or in its first batches, and starts another one in its place. Mostly that one
 * is of a group of its own: it does not wait for the dead one's session to time out, and works side by side with those of the
 * old group, on the same partitions.
 */
export async function killConsumers(stage: Stage, kills: number): Promise<void> {
  const { crew, random } = stage;
  for (let count = 0; count < kills; count += 1) {
    const victim = random.pick(crew.running());
    if (victim !== undefined) {
      if (random.chance(0.8)) await stage.assigned(victim);
      await stage.after(random.below(500));
      await victim.kill();
    }
    crew.start(random.chance(0.8) ? stage.newGroup() : stage.group);
  }
}

/** Kills a broker somewhere in the flow, and starts it again: mostly before, sometimes after the others took over from it. */
export async function killBroker(stage: Stage, broker: number): Promise<void> {
  const { servers, random } = stage;
  await stage.after(random.below(1_500));
  await servers.kill(brokerName(broker));
  await stage.after(500 + random.below(LONGEST_OUTAGE_MS));
  await servers.revive(brokerName(broker));
  await stage.cluster.replicated(stage.topic);
}

/** Kills S3 once or twice, for up to three seconds. */
export async function killS3({ servers, random, after }: Stage): Promise<void> {
  const kills = 1 + random.below(2);
  for (let count = 0; count < kills; count += 1) {
    await after(200 + random.below(2_000));
    await servers.kill('s3');
    await after(random.below(3_000));
    await servers.revive('s3');
  }
}

/** A consumer loses its partitions while it is frozen. */
export async function freezeBeyondSession(stage: Stage): Promise<void> {
  const { crew, random, after, sessionTimeoutMs } = stage;
  const victim = random.pick(crew.running());
  if (victim === undefined) return;
  await stage.assigned(victim);
  await after(random.below(800));
  victim.freeze();
  await after(sessionTimeoutMs + 500 + random.below(3_000));
  victim.thaw();
}

/** Another group works on the partitions of a frozen consumer, which wakes up in the middle of it. */
export async function freezeWhileOthersWork(stage: Stage): Promise<void> {
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
}

/** S3 is bad for a while and good for a while, a few times. */
export async function disturbS3({ proxy, random, after }: Stage): Promise<void> {
  const spells = 2 + random.below(3);
  for (let count = 0; count < spells; count += 1) {
    proxy.setRate(0.05 + random.next() * 0.3);
    await after(500 + random.below(1_500));
    proxy.setRate(0);
    await after(random.below(500));
  }
}

/** Kills and a bad S3 while parts go up, and while they become files: these are due when nothing comes any more. */
export async function disturbUploads(stage: Stage): Promise<void> {
  const { flow, proxy, random, after } = stage;
  proxy.setRate(0.03 + random.next() * 0.12);
  await Promise.all([flow.done, killConsumers(stage, 2)]);
  await after(random.below(4_000));
  await killConsumers(stage, random.below(2));
  await after(random.below(4_000));
  proxy.setRate(0);
}

/** Each partition has committed something by then: a log of which nothing was read has nothing to lose. */
export async function recreateTopic(stage: Stage): Promise<void> {
  const { flow, logs, random, after } = stage;
  await stage.everyPartitionCommitted();
  await after(random.below(1_500));
  await flow.hold();
  if (random.chance(0.5)) await after(random.below(1_000)); // what was sent is read to its end, or is not
  await logs.replace();
  if (random.chance(0.5)) await after(random.below(3_000)); // consumers find it empty, or with as many records as before
  flow.goOn();
  await stage.dataLossAccepted();
}

/** Several processes merge the same small files, of which consumers write more, and some are killed in the middle of it. */
export async function optimizeMeanwhile(stage: Stage): Promise<void> {
  const { random, after, optimize } = stage;
  const rounds = 2 + random.below(2);
  for (let count = 0; count < rounds; count += 1) {
    await after(500 + random.below(1_000));
    const optimizing = Array.from({ length: 1 + random.below(2) }, optimize);
    if (random.chance(0.5)) await killConsumers(stage, 1);
    // It takes the program most of a second to begin.
    await after(500 + random.below(1_500));
    for (const each of optimizing) if (random.chance(0.5)) each.kill('SIGKILL');
    await Promise.all(optimizing.map(({ ended }) => ended));
  }
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
/** Small steps are those of time servers. S3 refuses requests that are more than 15 minutes off. */
const JUMPS = [2 * SECOND, 60 * SECOND, 600 * SECOND, DAY / 24, DAY, 400 * DAY];

export async function shiftClocks({ crew, random, after }: Stage): Promise<void> {
  const jumps = 4 + random.below(4);
  for (let count = 0; count < jumps; count += 1) {
    await after(100 + random.below(700));
    const most = random.pick(JUMPS) ?? 0;
    crew.shiftClocks(Math.round((random.next() * 2 - 1) * most));
  }
  await after(random.below(500));
  crew.shiftClocks(0);
}

export async function fillDisk({ location, random, after }: Stage): Promise<void> {
  const times = 1 + random.below(3);
  for (let count = 0; count < times; count += 1) {
    await after(200 + random.below(1_000));
    // A few kilobytes may be left, so that it gets full in the middle of a file.
    await location.fillDisk(random.below(5) * 4_096);
    await after(300 + random.below(1_500));
    await location.clearDisk();
  }
}

/** One consumer gives way to one of another group, while producers repeat what they have sent. */
export async function replaceConsumer({ crew, random, after, newGroup }: Stage): Promise<void> {
  await after(random.below(2_000));
  await random.pick(crew.running())?.kill();
  crew.start(newGroup());
}

const MOST_SHIFT_MS = 600_000; // less than what S3 refuses

export async function allAtOnce(stage: Stage): Promise<void> {
  const { crew, proxy, random } = stage;
  proxy.setRate(0.05 + random.next() * 0.15);
  for (let count = 0; count < 3; count += 1) {
    crew.shiftClocks(Math.round((random.next() * 2 - 1) * MOST_SHIFT_MS));
    await killConsumers(stage, 1);
  }
  proxy.setRate(0);
  crew.shiftClocks(0);
}
